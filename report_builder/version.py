"""Version of the package, in a file of its own, so that a new version number alone does not retrain anything."""

__version__ = "0.1.0"
