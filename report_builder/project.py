"""The files that an experiment may read: those of its project, and of folders that the user allows.

Every path from a YAML file, a template, `--set` or the name of a report passes `Project.refusal`: templates and their includes,
pictures, logos, styles, `extends`, bibliographies, Python files. Data sets may lie anywhere: they are read as arrays and
pictures of known formats, never executed, and never printed as text.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from report_builder.errors import Problem, ReportError, UsageError
from report_builder.records import frozen

VARIABLE = "REPORT_BUILDER_ROOTS"
FOLDERS = ("experiments", "templates")  # folders in the folder of a project


@frozen
class Project:
    """Folders that contain every file an experiment may name; symbolic links are resolved first."""

    roots: tuple[Path, ...]

    @classmethod
    def of(cls, experiments: Path, templates: Path, file: Path, allowed: Iterable[Path] = ()) -> Project:
        """Create a project from the folders of its experiments and templates, and from those that the user allows.

        If the two are called `experiments/` and `templates/` and lie in one folder, that folder belongs to the project, too,
        unless it is the home folder or the root of the disk.

        Args:
            file: the experiment file; its own folder belongs to the project, too.
            allowed: further folders, as the user gave them.
        """
        both = [resolved(experiments), resolved(templates)]
        top = both[0].parent
        shared = [top] if [folder.name for folder in both] == [*FOLDERS] and top == both[1].parent else []
        known = [folder for folder in shared if folder not in (Path(top.anchor), Path(os.path.expanduser("~")))]  # noqa: PTH111
        return cls(tuple(dict.fromkeys([*known, *both, resolved(file).parent, *map(resolved, allowed)])))

    def holds(self, path: Path) -> bool:
        """Whether a file may be read, after all symbolic links are resolved."""
        real = resolved(path)
        return any(real.is_relative_to(root) for root in self.roots)

    def refusal(self, path: Path, where: str, received: str = "") -> Problem | None:
        """Problem that says why a file may not be read; None if it may. `received` is the path as it was written."""
        if self.holds(path):
            return None
        rule = "this leads out of the project, and nothing outside it is read"
        roots = f"The project: {', '.join(map(str, self.roots))}."
        step = f"Copy the file into the project, or allow its folder: --allow-root FOLDER (or {VARIABLE})."
        return Problem(where, rule, repr(received or str(path)), roots, step)


def resolved(path: Path) -> Path:
    """Resolve a path; if that fails (a loop of links, a name that is too long), return it as an absolute path."""
    try:
        return path.resolve()
    except (OSError, ValueError, RuntimeError):
        return path.absolute()


def expanded(text: str) -> Path:
    """Replace `~` at the start of a folder name by the home folder.

    Raises:
        UsageError: the home folder does not exist.
    """
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise UsageError(Problem("", "the home folder does not exist", repr(text), next_step=str(error))) from None


def is_file(path: Path) -> bool:
    """Whether a path is an existing regular file; never raises an error."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def not_readable(path: Path) -> str:
    """What prevents a file from being read as text; empty if nothing does. A pipe or a device is never opened."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return "no such file" if not path.is_symlink() else "a link to a file that is not there"
    except (OSError, ValueError) as error:
        return f"this cannot be a file: {error.strerror if isinstance(error, OSError) else error}"
    if stat.S_ISDIR(mode):
        return "a folder stands where a file belongs"
    return "" if stat.S_ISREG(mode) else "this is not a regular file but a pipe, a socket or a device"


def text_of(path: Path, where: str = "", most: int | None = None) -> str:
    """Read a user's text file, without its byte order mark and with Unix line ends.

    Args:
        where: the place that names the file, for messages; default: its path.
        most: maximum number of bytes to read, for a caller that refuses a larger file.

    Raises:
        ReportError: it is not a regular file, cannot be read, or is not UTF-8.
    """
    if mistake := not_readable(path):
        raise ReportError(Problem(where or str(path), mistake, str(path) if where else ""))
    try:
        with path.open("rb") as stream:
            return stream.read(-1 if most is None else most).decode("utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ReportError(Problem(where or str(path), "not a readable UTF-8 text file", str(error))) from None
