"""Rules for every committed text file."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
THIS = Path(__file__).relative_to(ROOT).as_posix()
MACHINE = re.compile(r"(?<![\w.~:/>}\"')-])/(?:work|root|tmp|home|opt|Users|var/folders)/\w+")
REGISTRIES = re.compile(r"python[h]osted[.]org|pypi[.]org|--(?:extra-)?index-url|--find-links", re.IGNORECASE)
UNFINISHED = re.compile(r"\b(?:TO[D]O|FIX[M]E|XX[X])\b")


def texts() -> list[tuple[str, str]]:
    """Yield the name and content of every committed text file."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.fail("this test reads the list of committed files from git")
    found = []
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        content = path.read_bytes() if path.is_file() else b""
        if b"\0" not in content:
            found.append((name, content.decode("utf-8")))
    return found


def matches(pattern: re.Pattern[str]) -> list[str]:
    """Return `file:line: match` for every match of a pattern outside this file."""
    return [
        f"{name}:{number}: {match.group()}"
        for name, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if (match := pattern.search(line)) and name != THIS
    ]


@pytest.mark.parametrize("pattern", [MACHINE, REGISTRIES, UNFINISHED], ids=["paths", "registries", "unfinished"])
def test_committed_text_is_of_no_machine(pattern: re.Pattern[str]) -> None:
    """No committed file names a folder of a particular machine, a package registry, or work left to do."""
    assert matches(pattern) == []


def test_lock_files_are_plain() -> None:
    """Every locked requirement has one exact version with hashes."""
    locks = sorted((ROOT / "requirements").glob("*.lock"))
    assert [path.stem for path in locks] == ["base", "cjk", "cluster", "cpu", "dev", "docs", "gpu", "peers"]
    for path in locks:
        entries = [line for line in path.read_text().splitlines() if line[:1] not in {" ", "#"}]
        assert entries
        assert all(re.fullmatch(r"[\w.-]+==[\w.]+( ; .+)? \\", entry) for entry in entries), path.name
        assert path.read_text().count("--hash=sha256:") >= len(entries)
