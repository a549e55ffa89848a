"""What the gateway knows about accounts, photos and jobs. Standard library only."""
