"""The vocabulary of personal data (being built)."""


class Inventory:
    """What a service stores."""
