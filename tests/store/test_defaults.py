"""Default values of the words, functions and records of this package."""


def test_what_is_meant_where_nothing_is_said(hold_defaults) -> None:
    """Public defaults, on which reports and other packages rely, are those of the table; new ones may be added."""
    hold_defaults("store")
