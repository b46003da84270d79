"""Costs of a training, kept from epoch to epoch."""

from __future__ import annotations

import sys
import time

import numpy as np
import pytest

from report_builder.train.costs import Costs


def busy(seconds):
    """Keep the processor busy."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_seconds_of_the_processor_are_counted_within_epochs_only(tmp_path):
    """Only CPU time within epochs counts: sleep and work between epochs do not."""
    costs = Costs(tmp_path, 0)
    busy(0.1)
    costs.end()
    busy(0.3)
    costs.begin()
    time.sleep(0.2)
    busy(0.05)
    costs.end()
    assert 0.15 <= costs.note(2)["cpu_seconds"] < 0.3


def test_a_training_that_goes_on_adds_to_what_it_cost_before(tmp_path):
    """After a kill, earlier epochs are counted, and those after the checkpoint only once."""
    first = Costs(tmp_path, 0)
    busy(0.1)
    first.end()
    first.begin()
    busy(0.3)
    first.end()  # after the checkpoint of epoch 1: lost
    again = Costs(tmp_path, 1)
    busy(0.05)
    again.end()
    assert 0.15 <= again.note(2)["cpu_seconds"] < 0.3


def test_what_was_not_recorded_is_not_made_up(tmp_path):
    """A checkpoint without costs leaves their sum unknown, and a restart forgets those of an abandoned training."""
    costs = Costs(tmp_path, 3)
    costs.end()
    assert costs.note(4)["cpu_seconds"] is None
    anew = Costs(tmp_path, 0)
    anew.end()
    assert anew.note(1)["cpu_seconds"] is not None


def test_memory_is_the_most_that_was_held(tmp_path):
    """An array of 100 MB counts even after it has been freed."""
    costs = Costs(tmp_path, 0)
    costs.end()
    before = costs.note(1)["peak_memory"]
    held = np.ones(12_500_000)
    del held
    costs.end()
    assert costs.note(2)["peak_memory"] > before + 80_000_000


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forgets a peak")
def test_the_memory_of_an_earlier_training_does_not_count(tmp_path):
    """The peak of a worker that trained a large model before is reset for a small one."""
    held = np.ones(50_000_000)
    Costs(tmp_path / "a", 0).end()
    del held
    small = Costs(tmp_path / "b", 0)
    small.end()
    large = Costs(tmp_path / "a", 1).note(1)
    assert small.note(1)["peak_memory"] < large["peak_memory"] - 300_000_000
