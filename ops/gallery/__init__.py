"""Contact sheets of every studio style, to be looked at by people."""
