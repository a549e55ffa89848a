"""Analytics' HTTP door; only the gateway comes through it."""
