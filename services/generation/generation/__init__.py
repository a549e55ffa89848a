"""Turns a photo and an order into figurines and keeps them."""
