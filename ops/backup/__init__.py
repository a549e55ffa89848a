"""Backups of the whole studio, and the way back: python -m ops.backup. docs/decisions/0061 says why it is as it is."""
