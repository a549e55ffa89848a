"""When the demo does not see what it was promised."""


class DemoFailed(Exception):
    """Something is not as promised; the message says what, and what to do."""
