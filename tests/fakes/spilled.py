"""Secrets of nobody, in the shapes that the audit knows."""

# Put together here, so that this file itself holds none.
SECRETS = {
    "private-key": "-----BEGIN PRIVATE " + "KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF",
    "stripe": "sk_" + "live_51AbCdEfGhIjKlMnOpQrStUv",
    "google": "AIza" + "SyA1234567890abcdefghijklmnopqrstuv",
    "aws": "AKIA" + "IOSFODNN7EXAMPLE",
    "github": "ghp_" + "abcdefghijklmnopqrstuvwxyz0123456789",
    "slack": "xoxb" + "-123456789012-abcdefghijklmnop",
    "jwt": "eyJ" + "hbGciOiJFZERTQSJ9.eyJ" + "zdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJlLW9mLWl0",
    "chance": 'API_TOKEN = "' + 'q7Zr2Lx9Vb4Nw8Kt1Mp6Jd3Hs5Gf0Yc"',
}
