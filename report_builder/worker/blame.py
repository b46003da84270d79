"""Where in a file of the user's own an error was raised, so that it is said with file and line instead of a traceback."""

from __future__ import annotations

import re
import traceback
from pathlib import Path

from report_builder.errors import Problem
from report_builder.models._complaints import one_line

_IN_USER_CODE = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<function>\w+)')  # what a traced function says

_NODE = re.compile(r"\{\{function_node [^}]*\}\} ?")  # TensorFlow's name for the place in a graph


def own_line(error: BaseException, folder: Path | None) -> str:
    """`spiral.py:31, in call`: the last frame in a file of this folder; empty where there is none."""
    if folder is None:
        return ""
    frames = [(f.filename, str(f.lineno), f.name) for f in traceback.extract_tb(error.__traceback__)]
    frames += [(m["file"], m["line"], m["function"]) for m in _IN_USER_CODE.finditer(str(error))]
    here = [frame for frame in frames if Path(frame[0]).resolve().parent == folder.resolve()]
    return f"{Path(here[-1][0]).name}:{here[-1][1]}, in {here[-1][2]}" if here else ""


def unforeseen(error: Exception, folder: Path | None) -> Problem:
    """An error that nobody foresaw: its place in the user's file, else the one where it was raised, and what it says."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = own_line(error, folder) or f"{frame.filename}:{frame.lineno}"
    return Problem("", f"{type(error).__name__} at {place}", said(error))


def said(error: BaseException) -> str:
    """The message of an error in one line; of one in a traced function what stands behind the frames."""
    text = _NODE.sub("", str(error))
    if text.strip().startswith("in user code:"):
        text = [line for line in text.splitlines() if line.strip()][-1]
        return " ".join(text.split())
    return _NODE.sub("", one_line(error))
