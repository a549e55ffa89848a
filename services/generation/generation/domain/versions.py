"""Versions: figurines made of a picture of another one. Pure."""

# How many earlier pictures an engine gets to see again: the most that the smallest of Gemini's models takes.
MAX_TURNS = 3
