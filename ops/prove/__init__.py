"""Breaks every promise on purpose in a running studio, and looks whether that is noticed: the test of the tests."""
