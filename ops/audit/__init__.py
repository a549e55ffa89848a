"""The security audit: what is looked at, on a schedule and by hand, and what was found (promise S5)."""
