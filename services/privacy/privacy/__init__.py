"""The rights of a person and the promises: retention clocks and their evidence."""
