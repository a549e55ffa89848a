"""What can go wrong with a backup, in sentences a person can act on."""


class BackupFailed(Exception):
    """What was asked could not be done; the message says what to do."""
