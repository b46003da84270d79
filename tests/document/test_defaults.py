"""What the words, functions and records of this room mean where nothing is said."""

from __future__ import annotations

import json
from pathlib import Path

TABLE = json.loads((Path(__file__).parent / "defaults.json").read_text(encoding="utf-8"))


def test_what_is_meant_where_nothing_is_said(defaults) -> None:
    """A public default is the one of the table: a report, or another room, relies on it unnamed; new ones may come."""
    found = defaults("document")
    known = {(name, word): value for name, given in TABLE.items() for word, value in given.items()}
    there = {(name, word): found[name][word] for name, word in known if word in found.get(name, {})}
    assert there == {place: known[place] for place in there}
    assert len(there) > 0.8 * len(known)
