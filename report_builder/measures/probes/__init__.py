"""Probes: a model and data in, named arrays out; one file for each kind."""
