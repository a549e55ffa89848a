"""What runs the studio: the stack on one machine, provisioning, the demo."""
