"""Figure kinds, each in a subpackage of its own, which turn arrays into figures."""
