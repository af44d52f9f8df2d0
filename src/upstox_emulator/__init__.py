"""A whole Upstox on loopback."""
