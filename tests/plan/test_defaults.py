"""What the words, functions and records of this room mean where nothing is said."""

from __future__ import annotations

import json
from pathlib import Path


def test_what_is_meant_where_nothing_is_said(defaults) -> None:
    """Each public default is the one of the table: a report, or another room, relies on it without naming it."""
    assert defaults("plan") == json.loads((Path(__file__).parent / "defaults.json").read_text(encoding="utf-8"))
