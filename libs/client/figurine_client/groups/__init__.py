"""What a studio is asked, by subject."""
