"""An emulator of Stripe as far as the studio uses it: test mode only, no real money, its pages say so."""
