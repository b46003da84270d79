"""Long lines of code are broken visibly."""

from __future__ import annotations

import inspect

import pytest

from report_builder.document import wrapping
from report_builder.document.wrapping import ADVANCE, INSET, MARK, TALL, characters_of, paged, wrapped


@pytest.mark.parametrize(("millimetres", "characters"), [(164, 88), (160, 86), (140, 75), (400, 88)])
def test_a_line_is_as_long_as_the_page_is_wide(millimetres: float, characters: int) -> None:
    """A line of code has as many characters as fit the text width of the page style, up to a limit."""
    assert characters_of(millimetres) == characters
    assert characters * ADVANCE + INSET <= millimetres


def test_short_lines_stay():
    """A line that fits keeps its text and its number."""
    assert wrapped("a = 1\n\nb", 7) == [("a = 1", "7"), ("", "8"), ("b", "9")]


def test_long_line():
    """A long line is broken at a space, the rest is marked by an arrow and indented, and nothing is lost."""
    line = "    call(" + ", ".join(f"argument_{i}" for i in range(20)) + ")"
    parts = wrapped(line, 1)
    assert all(len(part) <= 88 for part, _ in parts)
    assert [number for _, number in parts] == ["1", *[MARK] * (len(parts) - 1)]
    assert all(part.startswith(" " * 8) for part, _ in parts[1:])
    assert "".join(part.replace(" ", "") for part, _ in parts) == line.replace(" ", "")


def test_no_block_of_code_is_broken() -> None:
    """Pages break between functions, in a very long one before the least indented line, and no line is lost."""
    source = inspect.getsource(wrapping)
    blocks = paged(source, 1)
    assert [len(block.code.split("\n")) for block in blocks] == [len(block.marks) for block in blocks]
    assert "\n".join(block.code for block in blocks) == "\n".join(line for line, _ in wrapped(source, 1))
    starts = [block.code.split("\n")[0] for block in blocks]
    assert {"paged", "wrapped", "_cut"} <= {start.removeprefix("def ").partition("(")[0] for start in starts}
    assert all(start and not start.startswith(" ") for start in starts)
    long = "def f():\n" + "    for i in x:\n        g(i)\n" * TALL
    assert {block.code.split("\n")[0] for block in paged(long)[1:]} == {"    for i in x:"}


def test_a_long_block_is_cut_in_its_second_half() -> None:
    """The first part of a long function has at least half of the lines that fit, though an earlier line is indented less."""
    early = TALL // 2 - 1
    long = "def f():\n" + "        a\n" * (early - 1) + "    early\n" + "        b\n" * (2 * TALL)
    assert len(paged(long)[0].code.split("\n")) > early + 1


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("abcdefghij", ["abcdefghij"]),
        ("abcdefgh(ijk", ["abcdefgh(", "    ijk"]),
        ("abcdefgh ijk", ["abcdefgh", "    ijk"]),
        ("abcdefg,[ijk", ["abcdefg,[", "    ijk"]),
        ("abcde(fghijkl", ["abcde(", "    fghijk", "    l"]),
        ("abcd(efghijkl", ["abcd(efghi", "    jkl"]),  # a break in the first half would be too early
        ("abcdefghijklmnopq", ["abcdefghij", "    klmnop", "    q"]),
        ("  ab cd,ef gh", ["  ab cd,", "     ef gh"]),
    ],
)
def test_where_a_line_is_broken(line: str, parts: list[str]) -> None:
    """A line is broken after the last space, comma or bracket in its second half, or at its end; the rest is indented."""
    assert [part for part, _ in wrapped(line, 0, 10)] == parts
