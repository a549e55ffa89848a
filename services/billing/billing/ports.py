"""What billing needs from things it does not own: nothing yet; payments come here."""
