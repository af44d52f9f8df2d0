"""Prices: pure functions of the seed and the moment, and of what was driven by hand."""
