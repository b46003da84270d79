"""What an experiment may read: the files of its project, and of folders that the user allows.

Whatever a YAML file, a template, `--set` or the name of a report leads to passes `Project.refusal`: templates and what they
include, pictures, logos, styles, `extends`, bibliographies, Python files. Data sets may lie anywhere: they are read as arrays
and pictures of named formats, never run, and never printed as text.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from report_builder.errors import Problem, ReportError, UsageError
from report_builder.records import frozen

VARIABLE = "REPORT_BUILDER_ROOTS"
FOLDERS = ("experiments", "templates")  # what the folder of a project holds


@frozen
class Project:
    """The folders in which every file must lie that an experiment names; symbolic links are followed first."""

    roots: tuple[Path, ...]

    @classmethod
    def of(cls, experiments: Path, templates: Path, file: Path, allowed: Iterable[Path] = ()) -> Project:
        """The folder that holds `experiments/` and `templates/`, where both stand so; else these two; and what is allowed.

        Args:
            experiments: folder of the experiment files.
            templates: folder of the templates.
            file: the experiment file: its own folder is of the project, too.
            allowed: further folders, as the user gave them.
        """
        both = [resolved(experiments), resolved(templates)]
        top = both[0].parent
        shared = [top] if [folder.name for folder in both] == [*FOLDERS] and top == both[1].parent else []
        known = [folder for folder in shared if folder not in (Path(top.anchor), Path(os.path.expanduser("~")))]  # noqa: PTH111
        return cls(tuple(dict.fromkeys([*known, *both, resolved(file).parent, *map(resolved, allowed)])))

    def holds(self, path: Path) -> bool:
        """Whether a file may be read, once all symbolic links are followed."""
        real = resolved(path)
        return any(real.is_relative_to(root) for root in self.roots)

    def refusal(self, path: Path, where: str, received: str = "") -> Problem | None:
        """Why a file may not be read; None where it may. `received` is the path as it was written."""
        if self.holds(path):
            return None
        rule = "this leads out of the project, and nothing outside it is read"
        roots = f"The project: {', '.join(map(str, self.roots))}."
        step = f"Copy the file into the project, or allow its folder: --allow-root FOLDER (or {VARIABLE})."
        return Problem(where, rule, repr(received or str(path)), roots, step)


def resolved(path: Path) -> Path:
    """The real path; of one that cannot be followed (a loop of links, a name that is too long) the path as it is."""
    try:
        return path.resolve()
    except (OSError, ValueError, RuntimeError):
        return path.absolute()


def expanded(text: str) -> Path:
    """A folder as it was given, `~` replaced by the home folder.

    Raises:
        UsageError: the home folder does not exist.
    """
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise UsageError(Problem("", "the home folder does not exist", repr(text), next_step=str(error))) from None


def is_file(path: Path) -> bool:
    """Whether this is a regular file that is there; never an error, whatever the path is."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def not_readable(path: Path) -> str:
    """What is in the way of reading a file as text; empty where nothing is. A pipe or a device is not waited for."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return "no such file" if not path.is_symlink() else "a link to a file that is not there"
    except (OSError, ValueError) as error:
        return f"this cannot be a file: {error.strerror if isinstance(error, OSError) else error}"
    if stat.S_ISDIR(mode):
        return "a folder stands where a file belongs"
    return "" if stat.S_ISREG(mode) else "this is no file but a pipe, a socket or a device"


def text_of(path: Path, where: str = "", most: int | None = None) -> str:
    """The text of a file of the user's, without a byte order mark.

    Args:
        path: the file.
        where: the place that names it, for the message; default: its path.
        most: so many bytes are read at most, for a caller that refuses a larger file.

    Raises:
        ReportError: it is no regular file, cannot be read, or is not UTF-8.
    """
    if mistake := not_readable(path):
        raise ReportError(Problem(where or str(path), mistake, str(path) if where else ""))
    try:
        with path.open("rb") as stream:
            return stream.read(-1 if most is None else most).decode("utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ReportError(Problem(where or str(path), "not a readable UTF-8 text file", str(error))) from None
