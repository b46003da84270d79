"""Turns a declarative experiment file into the report that is handed in."""
