"""Location of errors raised in a user's own file, so that they are reported by file and line instead of a traceback."""

from __future__ import annotations

import re
import traceback
from pathlib import Path

from report_builder.errors import Problem
from report_builder.models._complaints import cut, one_line, own_line

_NODE = re.compile(r"\{\{function_node [^}]*\}\} ?")  # TensorFlow's name for the place in a graph


def unforeseen(error: Exception, folder: Path | None) -> Problem:
    """Describe an unforeseen error: its location, in the user's own file if possible, and its message."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = own_line(error, folder) or f"{frame.filename}:{frame.lineno}"
    return Problem("", f"{type(error).__name__} at {place}", first_line(error))


def first_line(error: BaseException) -> str:
    """Message of an error in one line; for an error in a traced function, the last line, after the frames."""
    text = _NODE.sub("", str(error))
    if text.strip().startswith("in user code:"):
        text = [line for line in text.splitlines() if line.strip()][-1]
        return cut(text)
    return _NODE.sub("", one_line(error))
