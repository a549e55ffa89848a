"""What happens on the platform, without watching anyone."""
