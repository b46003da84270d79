"""Metrics, one module each: named arrays in, measured values out."""
