"""The checks of the audit: each looks at one thing and never calls what it could not see passed."""
