"""What the words, functions and records of this room mean where nothing is said."""


def test_what_is_meant_where_nothing_is_said(hold_defaults) -> None:
    """A public default is the one of the table: a report, or another room, relies on it unnamed; new ones may come."""
    hold_defaults("store")
