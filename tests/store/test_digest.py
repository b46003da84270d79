"""The digest of code: what changes a result counts, what only reads differently does not."""

from pathlib import Path

import pytest

from report_builder.store import Memo, code_digests
from report_builder.store.digest import PACKAGE

CODE = '''"""Doc."""
import math

def area(radius):
    """Doc of area."""
    return math.pi * radius**2
'''


def digest(tmp_path: Path, code: str) -> dict[str, str]:
    """Digests of a file with this code."""
    file = tmp_path / "own.py"
    file.write_text(code)
    return code_digests([file], Memo(tmp_path / "memo.json"))


def test_comments_docstrings_and_layout_do_not_count(tmp_path: Path) -> None:
    """Another comment, docstring or line break leaves the digest as it is."""
    written = CODE.replace('"""Doc of area."""', "# why\n").replace("radius**2", "( radius ** 2 )").replace('"""Doc."""', "")
    assert digest(tmp_path, CODE) == digest(tmp_path, written)


def test_a_constant_counts(tmp_path: Path) -> None:
    """Another constant is another digest."""
    assert digest(tmp_path, CODE) != digest(tmp_path, CODE.replace("**2", "**3"))


def test_what_only_people_read_does_not_count(tmp_path: Path) -> None:
    """A title, a summary, a first guess of seconds and the description of a parameter may change."""
    told = CODE + 'TITLE = {"en": "circle"}\nSUMMARY = "a circle"\nSECONDS_PER_IMAGE = 2e-4\nx = dict(description="it")\n'
    first = digest(tmp_path, told)
    for old, new in (('"circle"', '"disc"'), ('"a circle"', '"a disc"'), ("2e-4", "3e-4"), ('"it"', '"this"')):
        assert old in told
        assert digest(tmp_path, told.replace(old, new)) == first


@pytest.mark.parametrize(
    "line",
    [
        "TITLE = 9",
        "TITLE = size(9)",
        "SUMMARY = 9",
        "SUMMARY, SIZE = 9, 9",
        "TITLE = SIZE = 'x9'",
        "def f():\n    TITLE = 'x9'",
    ],
)
def test_what_is_only_called_a_title_counts(tmp_path: Path, line: str) -> None:
    """A number of that name, a value that is computed, one that has another name too, or one inside a function."""
    assert digest(tmp_path, f"{CODE}\n{line}\n") != digest(tmp_path, f"{CODE}\n{line.replace('9', '8')}\n")


OWN = """
SYMBOL, WEIGHT = "x", 2

NAMES = {"x": "image"}


def latex():
    return "L(x)"


def equation(parameters):
    return latex(), NAMES, WEIGHT


def build(image_shape):
    return WEIGHT
"""


def test_what_a_file_of_ones_own_only_says_does_not_count(tmp_path: Path) -> None:
    """The equation and what it alone needs are left out; what also computes counts, and so does an equation that is called."""
    first = digest(tmp_path, OWN)
    for old, new in (('"L(x)"', '"M(x)"'), ('"image"', '"picture"'), ("latex(), NAMES", "NAMES, latex()")):
        assert old in OWN
        assert digest(tmp_path, OWN.replace(old, new)) == first
    assert digest(tmp_path, OWN.replace('"x", 2', '"x", 3')) != first
    assert digest(tmp_path, OWN.replace("    return WEIGHT", "    return equation(WEIGHT)")) != first
    used = OWN.replace("    return WEIGHT", "    return equation(WEIGHT)")
    assert digest(tmp_path, used) != digest(tmp_path, used.replace('"L(x)"', '"M(x)"'))


def test_imports_of_the_package_are_followed(tmp_path: Path) -> None:
    """A digest covers what a module imports from the package, also inside functions, but not rooms that only carry messages."""
    found = digest(
        tmp_path, "def f():\n    from report_builder.store.step import Step\n    from report_builder import errors\n"
    )
    assert {"./own.py", "store/step.py"} <= set(found)
    assert "errors.py" not in found


def test_imports_for_types_are_not_followed(tmp_path: Path) -> None:
    """An import that only the type checker reads does not count."""
    code = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from report_builder.store import Step\n"
    assert set(digest(tmp_path, code)) == {"./own.py"}


def test_memo_saves_the_second_reading(tmp_path: Path) -> None:
    """What was parsed once is remembered, with the same result."""
    memo = Memo(tmp_path / "memo.json")
    file = PACKAGE / "store" / "folder.py"
    first = code_digests([file], memo)
    memo.save()
    assert code_digests([file], Memo(tmp_path / "memo.json")) == first
