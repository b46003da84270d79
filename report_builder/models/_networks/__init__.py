"""Keras code that models share, for workers only: architectures and losses."""
