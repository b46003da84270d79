"""The digest of code depends on what can change a result, and not on mere presentation."""

import importlib.metadata
from pathlib import Path

import pytest

from report_builder.store import Memo, code_digests, differences
from report_builder.store.modules import PACKAGE

CODE = '''"""Doc."""
import math

def area(radius):
    """Doc of area."""
    return math.pi * radius**2
'''


def digest(tmp_path: Path, code: str) -> dict[str, str]:
    """Return the digests of a file with this code."""
    file = tmp_path / "own.py"
    file.write_text(code)
    return code_digests([file], Memo(tmp_path / "memo.json"))


def test_comments_docstrings_and_layout_do_not_count(tmp_path: Path) -> None:
    """Another comment, docstring or line break does not change the digest."""
    written = CODE.replace('"""Doc of area."""', "# why\n").replace("radius**2", "( radius ** 2 )").replace('"""Doc."""', "")
    assert digest(tmp_path, CODE) == digest(tmp_path, written)


def test_a_constant_counts(tmp_path: Path) -> None:
    """Another constant gives another digest."""
    assert digest(tmp_path, CODE) != digest(tmp_path, CODE.replace("**2", "**3"))


KINDS = ("Metric", "Figure", "Probe", "DataSet", "DataStep", "Model")


def test_what_only_people_read_does_not_count(tmp_path: Path) -> None:
    """Title, summary and estimated seconds of a kind, and the description of a parameter, do not count."""
    told = CODE + 'from pydantic import Field\nx = Field(3, description="it")\ny = dict(description="that")\n'
    told += 'from report_builder.kinds import Figure\nRING = Figure(summary="a ring")\nz = dict(summary="an arc")\n'
    told += "".join(f"from report_builder.kinds import {kind}\n{kind}(summary='of {kind}')\n" for kind in KINDS)
    told += "from report_builder import kinds\n"
    told += 'KIND = kinds.Model(title={"en": "circle"}, seconds_per_image=lambda _: 2e-4, code="flat")\n'
    first = digest(tmp_path, told)
    for old, new in (('"that"', '"this"'), ('"an arc"', '"a bow"'), ('"flat"', '"spatial"')):
        assert old in told
        assert digest(tmp_path, told.replace(old, new)) != first
    for old, new in (
        ('"circle"', '"disc"'),
        ("2e-4", "3e-4"),
        ('"it"', '"this"'),
        ("a ring", "rings"),
        *((f"'of {kind}'", "''") for kind in KINDS),
    ):
        assert old in told
        assert digest(tmp_path, told.replace(old, new)) == first


OWN = """
from report_builder.kinds import Model

SYMBOL, WEIGHT = "x", 2

NAMES = {"x": "image"}


def latex():
    return "L(x)"


def equation(parameters):
    return latex(), NAMES, WEIGHT


def build(parameters, sizes):
    return WEIGHT


KIND = Model(build=build, equation=equation)
"""


def test_what_a_file_of_ones_own_only_says_does_not_count(tmp_path: Path) -> None:
    """The equation and what only it needs do not count; what is also used in computations does, as does a called equation."""
    first = digest(tmp_path, OWN)
    for old, new in (('"L(x)"', '"M(x)"'), ('"image"', '"picture"'), ("latex(), NAMES", "NAMES, latex()")):
        assert old in OWN
        assert digest(tmp_path, OWN.replace(old, new)) == first
    assert digest(tmp_path, OWN.replace('"x", 2', '"x", 3')) != first
    assert digest(tmp_path, OWN.replace("    return WEIGHT", "    return equation(WEIGHT)")) != first
    used = OWN.replace("    return WEIGHT", "    return equation(WEIGHT)")
    assert digest(tmp_path, used) != digest(tmp_path, used.replace('"L(x)"', '"M(x)"'))


def test_imports_of_the_package_are_followed(tmp_path: Path) -> None:
    """A digest covers imports from the package, including inside functions, and the packages that they load."""
    found = digest(tmp_path, "def f():\n    from report_builder.store.step import Step\n")
    assert {"./own.py", "__init__.py", "store/__init__.py", "store/step.py"} <= set(found)


def test_a_name_leads_to_the_file_that_defines_it(tmp_path: Path) -> None:
    """A name imported from a subpackage leads to the file that defines it, however the import is spelt."""
    defined = {
        "from report_builder.kinds import Split": "kinds/_data.py",
        "from report_builder import kinds": "kinds/_data.py",
        "import report_builder.kinds as k": "kinds/_data.py",
        "from report_builder.errors import Problem": "errors.py",
        "from report_builder.models._layers import located": "models/_layers.py",
    }
    assert {line: file for line, file in defined.items() if file not in digest(tmp_path, line)} == {}


def test_the_packages_of_others_count_by_their_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Third-party packages count by major and minor version, under the name of the import."""
    code = "import json\nimport sklearn.cluster\n\n\ndef f():\n    from PIL import Image\n"
    found = digest(tmp_path, code)
    versions = {name: importlib.metadata.version(package) for name, package in (("PIL", "pillow"), ("sklearn", "scikit-learn"))}
    assert {name: found[name] for name in found if name != "./own.py"} == {
        name: ".".join(version.split(".")[:2]) for name, version in versions.items()
    }
    monkeypatch.setattr("importlib.metadata.version", lambda _: "99.1.2")
    assert digest(tmp_path, code)["PIL"] == "99.1"


COUNTS = [  # looks like mere text, but is computed with
    ("raise ValueError('a')", "raise ValueError('b')"),
    ("x = Problem('a').where", "x = Problem(len('a')).where"),
    ("def Problem(x):\n    return x\n\n\nx = Problem('a')", "def Problem(x):\n    return x\n\n\nx = Problem('b')"),
    ("class A:\n    x: int = 1", "class A:\n    x: float = 1"),
    ("@register\ndef f(x: int): ...", "@register\ndef f(x: str): ..."),
    ("def f():\n    'a'\n    return f.__doc__", "def f():\n    'b'\n    return f.__doc__"),
    ("TITLE = 'a'", "TITLE = 'b'"),
    ("KIND = Model(title='a')", "KIND = Model(title='b')"),  # from another package
    (
        "from report_builder.kinds import Model\nT = 'a'\nKIND = Model(title=T)\nx = len(T)",
        "from report_builder.kinds import Model\nT = 'b'\nKIND = Model(title=T)\nx = len(T)",
    ),
    (
        "from report_builder.kinds import Model\nKIND = Model(pixels=lambda _: 'a')",
        "from report_builder.kinds import Model\nKIND = Model(pixels=lambda _: 'b')",
    ),
    (
        "from report_builder.errors import near_miss\nx = near_miss('a', ())",
        "from report_builder.errors import near_miss\nx = near_miss('b', ())",
    ),
]
ONLY_SAYS = [
    ("x = 1  # a", "x = 1  # b"),
    ("def f(x: int) -> int:\n    return x", "def f(x: float) -> str:\n    return x"),
    ("x: int = 1", "x: float = 1"),
    (
        "from report_builder.errors import Problem\nProblem('a', 'b')",
        "from report_builder.errors import Problem\nProblem('c', 'd')",
    ),
    (
        "from report_builder.errors import Problem\nProblem('', f'a {n} b', received='c')",
        "from report_builder.errors import Problem\nProblem('', f'd {n} e', received='f')",
    ),
]


@pytest.mark.parametrize(("code", "other"), COUNTS)
def test_in_doubt_it_counts(tmp_path: Path, code: str, other: str) -> None:
    """A text, type or title that something may read is part of the digest."""
    assert digest(tmp_path, code) != digest(tmp_path, other)


@pytest.mark.parametrize(("code", "other"), ONLY_SAYS)
def test_what_only_says_something_does_not_count(tmp_path: Path, code: str, other: str) -> None:
    """Comments, type annotations of functions, and the texts of this package's errors do not count."""
    assert digest(tmp_path, code) == digest(tmp_path, other)


def test_what_an_error_is_given_counts(tmp_path: Path) -> None:
    """Values in the text of an error are computed, and so count."""
    code = "from report_builder.errors import Problem\nProblem('', f'a {f(1)}')"
    assert digest(tmp_path, code) != digest(tmp_path, code.replace("f(1)", "f(2)"))


def test_imports_for_types_are_not_followed(tmp_path: Path) -> None:
    """An import that only the type checker reads does not count."""
    code = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from report_builder.store import Step\n"
    assert set(digest(tmp_path, code)) == {"./own.py"}
    assert "store/step.py" in digest(tmp_path, code + "else:\n    from report_builder.store import Step\n")


def test_memo_saves_the_second_reading(tmp_path: Path) -> None:
    """Parsed code is remembered, with the same result."""
    memo = Memo(tmp_path / "memo.json")
    file = PACKAGE / "store" / "folder.py"
    first = code_digests([file], memo)
    memo.save()
    assert code_digests([file], Memo(tmp_path / "memo.json")) == first


def test_what_is_another_on_this_machine_is_named(tmp_path: Path) -> None:
    """Identical code has no differences; a changed file, a missing one and another version are named."""
    (tmp_path / "own.py").write_text("import numpy\nfrom report_builder import version\n" + CODE)
    memo, changed = Memo(tmp_path / "memo.json"), Memo(tmp_path / "another.json")
    code = code_digests([tmp_path / "own.py"], memo) | {
        "plots/report.mplstyle": memo.sha256(PACKAGE / "plots/report.mplstyle")[:16]
    }
    assert {"./own.py", "version.py", "numpy"} <= set(code)
    assert differences(code, tmp_path, memo) == {}
    (tmp_path / "own.py").write_text(CODE.replace("**2", "**3"))
    there = code | {"numpy": "1.0", "gone.py": "0" * 16}
    assert set(differences(there, tmp_path, changed)) == {"./own.py", "numpy", "gone.py"}
    assert differences({"gone.py": "0"}, None, changed) == {"gone.py": "none"}
