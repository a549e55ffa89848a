"""What analytics needs from things it does not own: nothing."""
