"""Synchronization of two stores, through a folder and through rsync."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from report_builder.store import Store

ROUTES = ["folder", pytest.param("rsync", marks=pytest.mark.external("rsync"))]
SHELL = """#!/bin/sh
# What rsync takes for ssh: the other machine is this one, on which some calls fail.
calls=$(cat {folder}/calls 2>/dev/null || echo 0)
echo $((calls + 1)) > {folder}/calls
[ "$calls" = "$(cat {folder}/fails 2>/dev/null)" ] && exit 255
shift
exec sh -c "$*"
"""


@pytest.fixture
def other(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Path]:
    """Name of the other store as a user gives it, and its path."""
    shell = tmp_path / "shell"
    shell.write_text(SHELL.format(folder=tmp_path))
    shell.chmod(0o755)
    monkeypatch.setenv("RSYNC_RSH", str(shell))
    folder = tmp_path / "other" / "runs"
    folder.parent.mkdir()
    return (f"far:{folder}" if request.param == "rsync" else str(folder)), folder


def steps(root: Path) -> dict[str, bool]:
    """Every complete step of a store, and whether another machine made it."""
    store = Store(root)
    every = [(kind, key, store.read(kind, key, by_content=True)) for kind, key in store.every()]
    return {f"{kind}/{key}": bool(stored.meta["note"].get("imported")) for kind, key, stored in every if stored}


def said(lab, capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """Output of a command."""
    capsys.readouterr()
    assert lab.run(*arguments) == code
    captured = capsys.readouterr()
    return captured.out + captured.err


@pytest.mark.parametrize("other", ROUTES, indirect=True)
def test_both_get_what_they_lack(built, other: tuple[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """A new store gets everything, an incomplete one is completed, then nothing is sent, and the report builds there."""
    (name, folder), here = other, built.folder / "runs"
    every = [*steps(here)]
    assert f"0 steps came, {len(every)} went, 0 are damaged." in said(built, capsys, "runs", "sync", name)
    assert steps(folder) == dict.fromkeys(every, True)
    shutil.rmtree(here / "run")
    shutil.rmtree(folder / "figure")
    assert "3 steps came, 2 went, 0 are damaged." in said(built, capsys, "runs", "sync", name)
    assert [sorted(steps(here)), sorted(steps(folder))] == [sorted(every)] * 2
    assert "0 steps came, 0 went" in said(built, capsys, "runs", "sync", name)
    assert built.to_do() == []
    shutil.rmtree(here)
    folder.rename(here)
    assert built.to_do() == []


@pytest.mark.parametrize("other", ROUTES, indirect=True)
def test_what_is_damaged_does_not_come(built, other: tuple[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """Altered weights and files with names that lead outside are not copied, and they are reported."""
    (name, folder), here = other, built.folder / "runs"
    shutil.move(here, folder)
    (altered, named, *_) = sorted((folder / "run").iterdir())
    (altered / "weights.npz").write_bytes(b"other")
    meta = json.loads((named / "step.json").read_text())
    (named / "step.json").write_text(json.dumps(meta | {"files": meta["files"] | {"../../../evil": "0" * 64}}))
    told = said(built, capsys, "runs", "sync", name, code=3)
    assert "12 steps came, 0 went, 2 are damaged." in told
    assert told.count("damaged  ") == 2
    assert {f"run/{altered.name}", f"run/{named.name}"}.isdisjoint(steps(here))
    assert not list(here.parent.rglob("evil"))


@pytest.mark.external("rsync")
@pytest.mark.parametrize("other", ["rsync"], indirect=True)
@pytest.mark.parametrize("fails", [0, 1, 2, 3, 4])
def test_a_line_that_breaks(
    built, other: tuple[str, Path], fails: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whichever call of rsync fails, each step is complete or absent on both sides; a repeated command copies the rest."""
    (name, folder), here = other, built.folder / "runs"
    shutil.copytree(here, folder)
    shutil.rmtree(here / "facts")
    shutil.rmtree(folder / "run")
    (tmp_path / "fails").write_text(str(fails))
    told = said(built, capsys, "runs", "sync", name, code=1)
    assert "rsync failed" in told
    assert "it resumes where it stopped" in told
    assert len(steps(folder)) == 11
    for root in (here, folder):
        assert all(
            Store(root).read(kind, key) for kind, key in Store(root).every() if (root / kind / key / "step.json").exists()
        )
    said(built, capsys, "runs", "sync", name)
    assert sorted(steps(here)) == sorted(steps(folder))
    assert len(steps(here)) == 14
    assert list((here / "sync").iterdir()) == []


def test_a_folder_that_cannot_be(built, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A store in a folder that does not exist is reported as a missing disk."""
    assert "Is a disk missing?" in said(built, capsys, "runs", "sync", str(tmp_path / "disk" / "runs"), code=2)
