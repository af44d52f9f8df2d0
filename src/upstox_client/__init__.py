"""The Upstox API client."""
