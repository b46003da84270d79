"""An error in a user's file is reported with file and line, even if it is raised in a traced function."""

from __future__ import annotations

from pathlib import Path

import tensorflow as tf

from report_builder.jobs.blame import unforeseen
from report_builder.kinds import own_module

CODE = """\
import tensorflow as tf


def step(x):
    y = x + 1
    return tf.reshape(y, (7, 7))


traced = tf.function(step)
"""


def raised(function, *arguments) -> Exception:
    """Return the exception that it raises."""
    try:
        function(*arguments)
    except Exception as error:  # noqa: BLE001  whatever it is
        return error
    raise AssertionError("nothing was raised")


def test_the_line_of_the_users_file(tmp_path: Path) -> None:
    """The reported line is that of the last frame in the user's folder, not in TensorFlow, eagerly and traced."""
    (tmp_path / "mine.py").write_text(CODE)
    mine = own_module(tmp_path / "mine.py", "model")
    for function in (mine.step, mine.traced):
        problem = unforeseen(raised(function, tf.zeros(3)), tmp_path)
        assert problem.rule.endswith(" at mine.py:6, in step")
        assert "\n" not in problem.received
        assert "reshape" in problem.received.lower()


def test_an_error_elsewhere_has_its_own_line(tmp_path: Path) -> None:
    """An error that involves no file of the user is reported with the place where it was raised."""
    problem = unforeseen(raised(int, "x"), tmp_path)
    assert problem.rule.startswith("ValueError at ")
    assert Path(__file__).name in problem.rule
