"""Long code is broken visibly."""

from __future__ import annotations

from report_builder.document.wrapping import MARK, wrapped


def test_short_lines_stay():
    """A line that fits keeps its text and its number."""
    assert wrapped("a = 1\n\nb", ["7", "8", "9"]) == [("a = 1", "7"), ("", "8"), ("b", "9")]


def test_long_line():
    """A long line is broken at a space, its rest marked, indented and without a number; nothing is lost."""
    line = "    call(" + ", ".join(f"argument_{i}" for i in range(20)) + ")"
    parts = wrapped(line, ["1"])
    assert all(len(part) <= 95 for part, _ in parts)
    assert [number for _, number in parts] == ["1", *[""] * (len(parts) - 1)]
    assert all(part.lstrip().startswith(MARK) for part, _ in parts[1:])
    assert "".join(part.replace(MARK, "").replace(" ", "") for part, _ in parts) == line.replace(" ", "")
