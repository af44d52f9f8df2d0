"""Orders: their life, their matching, and the GTT orders that wait for a price."""
