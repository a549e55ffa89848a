"""An emulator of Google's Gemini API as far as the studio uses it. Its pictures are labelled as what they are."""

DEFAULT_KEY = "emulator-key"
