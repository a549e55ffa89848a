"""An emulator of Stripe as far as the studio uses it: test mode only, no real money, its pages say so."""

DEFAULT_KEY = "sk_test_emulated"
DEFAULT_SECRET = "whsec_emulated"  # noqa: S105 - of the emulator
