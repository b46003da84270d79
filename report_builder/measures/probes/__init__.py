"""Probes, one module each: a model and data in, named arrays out."""
