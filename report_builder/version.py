"""The version of the package, in a file of its own: a release trains nothing again by its number."""

__version__ = "0.1.0"
