"""The feeds: market data and portfolio updates over WebSockets, on a port of their own."""
