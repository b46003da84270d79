"""Default arguments of this package's functions and records."""


def test_what_is_meant_where_nothing_is_said(hold_defaults) -> None:
    """Every public default matches the table, because reports and other packages rely on it; new ones may be added."""
    hold_defaults("facts")
