"""Runbooks tried: each fault is caused in a studio of its own, and what the alerts say is written down."""
