"""Digests that are not computed twice."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from report_builder.store.files import Memo


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder with two images, one of them in a sub-folder, and other files."""
    folder = tmp_path / "pictures"
    (folder / "cats").mkdir(parents=True)
    for name in ("a.jpg", "cats/b.PNG", "cats/notes.txt"):
        (folder / name).write_bytes(name.encode())
    return folder


def digest(path: Path, memo: Path) -> str:
    """Return the digest that a new process computes, and save its memo."""
    fresh = Memo(memo)
    found = fresh.sha256(path)
    fresh.save()
    return found


def test_the_digest_of_a_folder_is_that_of_its_pictures(pictures: Path, tmp_path: Path) -> None:
    """Location, time and other files do not change the digest of a folder; bytes and names of its images do."""
    memo = tmp_path / "memo.json"
    first = digest(pictures, memo)
    shutil.copytree(pictures, tmp_path / "copy", copy_function=shutil.copyfile)
    (tmp_path / "copy" / "cats" / "notes.txt").unlink()
    assert digest(tmp_path / "copy", memo) == first
    (pictures / "cats" / "b.PNG").write_bytes(b"cats/c.PNG")
    second = digest(pictures, memo)
    (pictures / "a.jpg").rename(pictures / "c.jpg")
    assert len({first, second, digest(pictures, memo)}) == 3


def test_an_unchanged_folder_is_not_read_again(pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While names, sizes and times are unchanged, the digest comes from the memo; an image with a new time is read again."""
    memo = tmp_path / "memo.json"
    first = digest(pictures, memo)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} was read"))
        assert digest(pictures, memo) == first
    before = (pictures / "a.jpg").stat().st_mtime_ns
    (pictures / "a.jpg").write_bytes(b"A.jpg")
    os.utime(pictures / "a.jpg", ns=(before + 10**9, before + 10**9))
    assert digest(pictures, memo) != first


def test_what_is_remembered_is_recalled_by_the_next_process(tmp_path: Path) -> None:
    """A value is remembered under a name until it is replaced, and known values are not written again."""
    memo = Memo(tmp_path / "memo.json")
    assert memo.recall("a") is None
    memo.remember("a", "1")
    memo.remember("b", "2")
    assert (memo.recall("a"), memo.recall("b")) == ("1", "2")
    memo.save()
    again = Memo(tmp_path / "memo.json")
    again.remember("a", "1")
    (tmp_path / "memo.json").unlink()
    again.save()
    assert not (tmp_path / "memo.json").exists()
    again.remember("a", "3")
    again.save()
    assert Memo(tmp_path / "memo.json").recall("a") == "3"
