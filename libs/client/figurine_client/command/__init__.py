"""The command `figurine`."""
