"""The demo: a person, two photos, two figurines, and the promises that were kept on the way."""
