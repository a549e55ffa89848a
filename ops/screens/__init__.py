"""Pictures of the pages, as people see them, for `docs/screens`."""
