"""An error in a file of one's own is said with file and line, also when it was raised in a traced function."""

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
    """What it raises."""
    try:
        function(*arguments)
    except Exception as error:  # noqa: BLE001  whatever it is
        return error
    raise AssertionError("nothing was raised")


def test_the_line_of_the_users_file(tmp_path: Path) -> None:
    """The last frame in its folder, not the one in TensorFlow; eager and traced alike."""
    (tmp_path / "mine.py").write_text(CODE)
    mine = own_module(tmp_path / "mine.py", "model")
    for function in (mine.step, mine.traced):
        problem = unforeseen(raised(function, tf.zeros(3)), tmp_path)
        assert problem.rule.endswith(" at mine.py:6, in step")
        assert "\n" not in problem.received
        assert "reshape" in problem.received.lower()


def test_an_error_elsewhere_has_its_own_line(tmp_path: Path) -> None:
    """The place where it was raised, where no file of the user's had to do with it."""
    problem = unforeseen(raised(int, "x"), tmp_path)
    assert problem.rule.startswith("ValueError at ")
    assert Path(__file__).name in problem.rule
