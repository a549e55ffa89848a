"""What billing does: one function per intent, inside the caller's unit of work."""
