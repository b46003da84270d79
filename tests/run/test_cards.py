"""GPUs, none of which need exist: jobs are fake and report which cards are visible to their process."""

from __future__ import annotations

import os
import tempfile
import threading
from collections import Counter
from pathlib import Path

import pytest

from report_builder.build.execute import jobs_of
from report_builder.errors import RunError
from report_builder.jobs import Done, Job, Site, Started
from report_builder.run import cards, local
from report_builder.store import Step


@pytest.fixture
def two_cards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with two cards and no other build, whose processes run fake jobs."""
    monkeypatch.setenv(cards.VISIBLE, "GPU-a1,GPU-b2")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent / "cluster_jobs"), prepend=os.pathsep)
    monkeypatch.setattr(local, "MODULES", dict.fromkeys(local.MODULES, "fake_work"))


def job(name: str, gpu: int | None, seconds: float = 0.3) -> Job:
    """Return a fake training."""
    return Job(Step("run", (), {"name": name, "seconds": seconds}, {}), name, seconds=1.0, gpu=gpu)


def shown(site: Site, one: Job) -> str:
    """Return the cards visible to the process of a job."""
    return str(site.store.read("run", one.key).meta["note"]["cards"])


@pytest.mark.usefixtures("two_cards")
def test_one_card_for_each_training(tmp_path: Path) -> None:
    """Two trainings at a time have a card each; a job that asks for no card sees none, one that does not ask sees all."""
    asking, others = [job(f"card {n}", 1) for n in range(4)], [job("none", 0), job("any", None)]
    site, now, most = Site(tmp_path / "store"), Counter[bool](), 0

    def hear(one: Job, event) -> None:
        nonlocal most
        now[bool(one.gpu)] += isinstance(event, Started) - isinstance(event, Done)
        most = max(most, now[True])

    assert local.run([*asking, *others], site, 4, hear) == []
    assert Counter(shown(site, one) for one in asking).keys() == {"GPU-a1", "GPU-b2"}
    assert most == 2
    assert [shown(site, one) for one in others] == ["-1", "GPU-a1,GPU-b2"]


@pytest.mark.usefixtures("two_cards")
def test_more_than_there_are_is_said_before_anything_is_done(tmp_path: Path) -> None:
    """A training that asks for three of two cards is named in the message, and no other job is started."""
    site, told = Site(tmp_path / "store"), []
    with pytest.raises(RunError, match=r"greedy: it asks for 3 graphics cards, and .* has 2"):
        local.run([job("modest", 1), job("greedy", 3)], site, 2, lambda one, event: told.append(event))
    assert told == []


@pytest.mark.usefixtures("two_cards")
def test_cards_that_another_build_has_are_waited_for() -> None:
    """Cards held by another process of this machine are not taken, and the wait for them ends with the build."""
    mine, held = cards.take(1, threading.Event())
    other, also = cards.take(1, threading.Event())
    assert {*mine, *other} == {"GPU-a1", "GPU-b2"}
    ended = threading.Event()
    threading.Timer(0.3, ended.set).start()
    assert cards.take(1, ended)[0] == ()
    held.close()
    assert cards.take(1, threading.Event())[0] == mine
    also.close()


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("0,1", ("0", "1")),
        ("GPU-8a, MIG-1/2", ("GPU-8a", "MIG-1/2")),
        ("1,-1,0", ("1",)),
        ("", ()),
        ("-1", ()),
        ("NoDevFiles", ()),
    ],
)
def test_cards_are_those_that_are_visible(monkeypatch: pytest.MonkeyPatch, named: str, found: tuple[str, ...]) -> None:
    """Cards hidden from CUDA are hidden here, and the list ends before the first invalid one."""
    monkeypatch.setenv(cards.VISIBLE, named)
    assert cards.seen() == found


@pytest.mark.parametrize(("said", "found"), [("GPU-1a\nGPU-2b\n", ("GPU-1a", "GPU-2b")), ("No devices were found\n", ())])
def test_where_nothing_is_hidden_the_driver_says_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, found: tuple[str, ...]
) -> None:
    """The driver's names are used, since its numbers are in another order than CUDA's."""
    (tmp_path / "nvidia-smi").write_text(f"#!/bin/sh\nprintf '{said}'\n")
    (tmp_path / "nvidia-smi").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.delenv(cards.VISIBLE, raising=False)
    cards._all.cache_clear()
    assert cards.seen() == found
    cards._all.cache_clear()


def test_asking_for_a_card_trains_nothing_anew(finished, lab) -> None:
    """`gpu` is in the job of each training of a run and in no key, since a result does not depend on where it was made."""
    lab.edit("    name: VAE", "    name: VAE\n    gpu: 1")
    plan = lab.plan()
    assert {p.step.key for p in plan.runs.values()} == {p.step.key for p in finished.plan().runs.values()}
    jobs = jobs_of(plan, plan.missing(plan.everything()))
    assert {one.label: one.gpu for one in jobs if one.step.kind == "run"} == {
        "run ae, seed 1": None,
        "run vae, seed 1": 1,
        "run longer, seed 1": 1,
    }
    assert {one.gpu for one in jobs if one.step.kind != "run"} == {None}
