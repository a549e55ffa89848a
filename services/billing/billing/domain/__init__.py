"""What billing knows of credits and payments. Pure."""
