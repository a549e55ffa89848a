"""A service small enough to see through, run as the real ones are."""
