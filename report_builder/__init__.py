"""Turns a declarative experiment file into the report that is handed in."""

__version__ = "0.1.0"
