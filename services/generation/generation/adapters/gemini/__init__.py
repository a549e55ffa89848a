"""Google Gemini as an engine: the photo and a prompt go out, a picture comes back, or a reason why not."""
