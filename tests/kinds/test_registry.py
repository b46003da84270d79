"""A kind in a file of one's own: all of its code is in that file, or installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from report_builder.errors import ReportError
from report_builder.kinds import own_module

BESIDE = ["import helper", "import helper.inner as h", "from helper import f", "from . import helper", "from .helper import f"]


@pytest.mark.parametrize("statement", [*BESIDE, "def later():\n    import helper"])
def test_a_file_beside_it_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str) -> None:
    """A change of the second file would be in no key: refused with the line, also where Python would find the file."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "helper.py").write_text("def f():\n    return 1\n")
    (tmp_path / "mine.py").write_text(f"import math\n{statement}\n")
    with pytest.raises(ReportError) as error:
        own_module(tmp_path / "mine.py", "model")
    (problem,) = error.value.problems
    line = 2 + statement.count("\n")
    assert problem.rule == f"mine.py:{line} imports a file beside it"
    assert problem.received in {"helper", "helper.inner", ".", ".helper"}
    assert problem.next_step


def test_a_folder_beside_it_is_not_imported(tmp_path: Path) -> None:
    """A package of one's own is more than one file."""
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "__init__.py").write_text("")
    (tmp_path / "mine.py").write_text("from parts import anything\n")
    with pytest.raises(ReportError, match=r"mine\.py:1 imports a file beside it"):
        own_module(tmp_path / "mine.py", "layer")


def test_what_is_installed_is_imported(tmp_path: Path) -> None:
    """Also where a file beside it has the same name, which Python does not find."""
    (tmp_path / "random.py").write_text("")
    (tmp_path / "mine.py").write_text("import random\nimport numpy as np\nfrom report_builder import kinds\n")
    assert own_module(tmp_path / "mine.py", "metric").random.random
