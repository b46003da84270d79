"""Identifies the files and tools that a document is made from, by content and version."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
from pathlib import Path

from report_builder.store import Memo

SOON_READ = 8 << 20  # bytes
TOOLS = ("pypandoc-binary", "typst", "jinja2")


def files_below(folder: Path) -> list[Path]:
    """Return all files below a folder, recursively, sorted by path and without compiled Python files."""
    walked = ((place, name) for place, _, names in os.walk(folder) for name in names if not name.endswith(".pyc"))
    return [*map(Path, sorted(f"{place}{os.sep}{name}" for place, name in walked))]


def versions() -> list[str]:
    """Return the versions of the tools that make a document, in the order of `TOOLS`."""
    return [importlib.metadata.version(tool) for tool in TOOLS]


def content(file: Path, memo: Memo) -> str:
    """Return the SHA-256 digest of a file, or "" if there is no such file.

    Files up to `SOON_READ` bytes are always read; for larger files the memo may answer from their metadata.
    """
    if not file.is_file():
        return ""
    small = file.stat().st_size <= SOON_READ
    return hashlib.sha256(file.read_bytes()).hexdigest() if small else memo.sha256(file)
