"""A disk that fails at any single call gives a message, and what is stored afterwards is complete."""

from __future__ import annotations

import errno
import io
import itertools
import os
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from report_builder.errors import ReportError
from report_builder.store import Step, Store

STEP = Step("run", (), {"seed": 1}, {})
CALLS = [(os, name) for name in ("open", "write", "rename", "replace", "mkdir", "fsync", "link", "unlink", "listdir", "rmdir")]
CALLS += [(io, "open")]


@contextmanager
def failing(number: int, code: int) -> Iterator[list[str]]:
    """Make the disk call of this number fail once; yield the name of the failed call."""
    count, failed = itertools.count(), list[str]()

    def broken(module: types.ModuleType, name: str):
        genuine = getattr(module, name)

        def call(*arguments, **named):
            if not failed and next(count) == number:
                failed.append(name)
                raise OSError(code, os.strerror(code), arguments[0] if isinstance(arguments[0], str) else None)
            return genuine(*arguments, **named)

        return call

    with pytest.MonkeyPatch.context() as patched:
        for module, name in CALLS:
            patched.setattr(module, name, broken(module, name))
        yield failed


def make(root: Path) -> None:
    """Make a step, or find it."""
    with Store(root).claim(STEP, resume=True) as work:
        if not work.done:
            (work.folder / "weights.txt").write_text("whole")
            work.commit()


@pytest.mark.slow
@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC, errno.ESTALE])
def test_one_call_that_fails(tmp_path: Path, code: int) -> None:
    """The step is made, or the command ends with a message; the next command leaves it complete, and nothing locked."""
    make(tmp_path / "first")  # warm up what a process asks the system only once
    said = 0
    for number in itertools.count():
        root = tmp_path / str(number)
        with failing(number, code) as failed:
            try:
                make(root)
            except ReportError:
                said += 1
            except OSError:
                assert failed == ["open"]  # the test's own file
        make(root)
        assert Store(root).read("run", STEP.key, by_content=True).path("weights.txt").read_text() == "whole", failed
        assert not [path for path in (root / "locks").iterdir() if path.suffix != ".tmp"], failed
        assert not [path for path in (root / "run").iterdir() if path.suffix == ".work"], failed
        if not failed:
            break
    assert number > 20
    assert said > 5
