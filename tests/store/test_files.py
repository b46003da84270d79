"""Disk failures are reported in a message, and other errors are not taken for them."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest

from report_builder.errors import Exit, StorageError
from report_builder.store import Memo, storage_errors, write_atomically
from report_builder.store.files import SAID, SETTLED, remove_temporaries


@pytest.mark.parametrize("code", SAID)
def test_what_the_system_says_is_a_sentence(tmp_path: Path, code: int) -> None:
    """A full disk, a missing permission, too many open files and a file in the way give rule, place, next step, exit code 5."""
    with pytest.raises(StorageError) as caught, storage_errors(tmp_path):
        raise OSError(code, os.strerror(code), str(tmp_path / "x"))
    (problem,) = caught.value.problems
    assert problem.where == str(tmp_path / "x")
    assert problem.rule
    assert problem.next_step
    assert caught.value.exit_code == Exit.STORAGE


def test_what_is_a_mistake_stays_one(tmp_path: Path) -> None:
    """A missing file is not a failure of the disk."""
    with pytest.raises(FileNotFoundError), storage_errors(tmp_path):
        raise FileNotFoundError(errno.ENOENT, "no such file", "x")


def test_a_file_where_a_folder_belongs(tmp_path: Path) -> None:
    """Nothing is written, and the message names the file in the way."""
    (tmp_path / "build").write_text("mine")
    with pytest.raises(StorageError, match=r"build: a file stands where a folder belongs"):
        write_atomically(tmp_path / "build" / "facts.json", "{}")
    assert (tmp_path / "build").read_text() == "mine"


def test_only_our_own_temporaries_are_removed(tmp_path: Path) -> None:
    """Only files with a name that `write_atomically` gives are removed."""
    for name in (".index.json.12.tmp", "a.tmp", ".a.tmp", ".index.json.x.tmp", "index.json"):
        (tmp_path / name).touch()
    remove_temporaries(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"a.tmp", ".a.tmp", ".index.json.x.tmp", "index.json"}


def test_a_change_that_keeps_size_and_time_is_noticed(tmp_path: Path) -> None:
    """Other content of the same size and time has another digest, in the same process and in the next."""
    file = tmp_path / "logo.png"
    file.write_bytes(b"a" * 9)
    time.sleep(2 * SETTLED / 1e9)
    memo = Memo(tmp_path / "memo.json")
    first, status = memo.sha256(file), file.stat()
    memo.save()
    time.sleep(2 * SETTLED / 1e9)
    file.write_bytes(b"b" * 9)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert file.stat().st_mtime_ns == status.st_mtime_ns
    assert memo.sha256(file) != first
    assert Memo(tmp_path / "memo.json").sha256(file) != first


def test_a_digest_of_a_file_that_just_changed_is_not_kept(tmp_path: Path) -> None:
    """A file that was just written may change again within the clock resolution of the disk, so its digest is not stored."""
    file = tmp_path / "new"
    file.write_bytes(b"a")
    memo = Memo(tmp_path / "memo.json")
    memo.sha256(file)
    memo.save()
    assert not (tmp_path / "memo.json").exists()


@pytest.mark.parametrize("text", ["", "[]", "3", '{"a": 3, "b": [1, 2]}', "[" * 10_000, "\udcff"])
def test_a_damaged_memo_is_an_empty_one(tmp_path: Path, text: str) -> None:
    """Whatever the memo file contains, digests can be computed."""
    (tmp_path / "memo.json").write_bytes(text.encode(errors="surrogateescape"))
    (tmp_path / "a").write_text("x")
    memo = Memo(tmp_path / "memo.json")
    assert len(memo.sha256(tmp_path / "a")) == 64
    assert memo.recall("b") is None


def test_missing_folders_of_a_file_are_created(tmp_path: Path) -> None:
    """All folders above a file are created, not only the last."""
    write_atomically(tmp_path / "a" / "b" / "c.txt", "words")
    assert (tmp_path / "a" / "b" / "c.txt").read_text() == "words"
