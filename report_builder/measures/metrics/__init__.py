"""Metrics: named arrays in, measured values out; one file for each kind."""
