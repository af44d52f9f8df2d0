"""The official place of the feed's messages."""
