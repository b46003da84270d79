"""Files and programs of which a document is made, by what they are."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
from pathlib import Path

from report_builder.store import Memo

SOON_READ = 8 << 20  # bytes
TOOLS = ("pypandoc-binary", "typst", "jinja2")


def files_below(folder: Path) -> list[Path]:
    """All files of a folder and of those in it, in order, without what Python compiled."""
    walked = ((place, name) for place, _, names in os.walk(folder) for name in names if not name.endswith(".pyc"))
    return [*map(Path, sorted(f"{place}{os.sep}{name}" for place, name in walked))]


def versions() -> list[str]:
    """The versions of the programs that make a document."""
    return [importlib.metadata.version(tool) for tool in TOOLS]


def content(file: Path, memo: Memo) -> str:
    """The digest of a file, by its content where that is soon read, whatever the disk says of it; "" where there is none."""
    if not file.is_file():
        return ""
    small = file.stat().st_size <= SOON_READ
    return hashlib.sha256(file.read_bytes()).hexdigest() if small else memo.sha256(file)
