"""When the demo does not see what it was promised."""


class DemoFailed(Exception):
    """Something is not as promised; the message says what, and what to do."""


class StudioAway(DemoFailed):
    """The studio did not answer, or said that it cannot for now: nothing was seen, good or bad."""
