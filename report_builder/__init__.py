"""Builds the report to be handed in from a declarative experiment file."""
