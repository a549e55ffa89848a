"""What can go wrong with a stack, in sentences a person can act on."""


class StackFailed(Exception):
    """The stack cannot do what was asked; the message says what to do."""
