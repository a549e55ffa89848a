"""What may and may not happen to the policy, and the commands by which it changes on purpose."""
