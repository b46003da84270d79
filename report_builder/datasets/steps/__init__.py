"""Preprocessing steps, one file each: data in, data out, the argument unchanged."""
