"""What the studio answers, as frozen values."""
