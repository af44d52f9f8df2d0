"""The feeds: market data and the account's orders, positions and holdings, over websockets that do not die."""
