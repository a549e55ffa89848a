"""Printable reliefs: from a delivered picture to a solid that stands, and its files."""
