"""What privacy needs from things it does not own: nothing yet; archives come here."""
