"""Writes histories of runs as TensorBoard event files, without TensorFlow or TensorBoard installed.

The files are in `build/<report>/tensorboard/<run>@<seed>/`. Each is a sequence of records (length, checksum, data,
checksum); the data is an `Event` of TensorFlow's event.proto.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path

from report_builder.jobs import Epoch, Event, Job, Resumed
from report_builder.plan import Plan
from report_builder.store import Stored, write_atomically

FILE = "events.out.tfevents.history"
POLYNOMIAL = 0x82F63B78  # CRC-32C, reflected


class Boards:
    """Event files of a report's runs; they grow during training, and are rewritten from the store afterwards."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        """Use one subfolder of `folder` for each run and seed; event files of other runs are removed."""
        self._plan, self._folder = plan, folder
        self._begun: set[str] = set()
        for old in folder.glob(f"*/{FILE}"):
            if old.parent.name not in {_name(*run) for run in plan.runs}:
                old.unlink()
                with suppress(OSError):  # not empty: the user put other files there
                    old.parent.rmdir()

    def heard(self, job: Job, event: Event) -> None:
        """Append the terms of an epoch, as reported by a worker, to the files of its run."""
        if isinstance(event, Resumed):
            self._begin(job.key, records(event.history, time.time()))
        elif isinstance(event, Epoch):
            if job.key not in self._begun:
                self._begin(job.key, records({}, time.time()))
            for path in self._paths(job.key):
                with path.open("ab") as file:
                    file.write(_record(_event(time.time(), event.epoch, event.terms)))

    def complete(self) -> None:
        """Rewrite the files of all stored runs from their histories."""
        for run, planned in self._plan.runs.items():
            if stored := self._plan.stored(planned):
                write_atomically(self._folder / _name(*run) / FILE, of_run(stored))

    def _begin(self, key: str, content: bytes) -> None:
        self._begun.add(key)
        for path in self._paths(key):
            write_atomically(path, content)

    def _paths(self, key: str) -> Iterator[Path]:
        """Files of a run: several if equal runs have several names."""
        return (self._folder / _name(*run) / FILE for run, planned in self._plan.runs.items() if planned.step.key == key)


def of_run(stored: Stored) -> bytes:
    """Return the event file of a finished run, as a deterministic function of what is stored."""
    return records(stored.json("history.json"), datetime.fromisoformat(stored.meta["note"]["finished"]).timestamp())


def records(history: Mapping[str, Sequence[float]], finished: float) -> bytes:
    """Return the content of an event file.

    Args:
        history: a value for each epoch, by term; `epoch_time` is in seconds.
        finished: time at which the last epoch ended, in seconds since 1970.
    """
    epochs = max(map(len, history.values()), default=0)
    times = list(history.get("epoch_time", [0.0] * epochs))
    begun = finished - sum(times)
    written = [_record(_double(1, begun) + _bytes(3, b"brain.Event:2"))]
    for epoch in range(epochs):
        terms = {name: values[epoch] for name, values in history.items()}
        written.append(_record(_event(begun + sum(times[: epoch + 1]), epoch + 1, terms)))
    return b"".join(written)


def _name(run: str, seed: int) -> str:
    return f"{run}@{seed}"


# --- protocol buffers and records ---------------------------------------------------------------------------------------------


def _event(wall_time: float, step: int, terms: Mapping[str, float]) -> bytes:
    """Encode Event{wall_time: 1, step: 2, summary: 5{value: 1{tag: 1, simple_value: 2}}}."""
    values = (_bytes(1, name.encode()) + b"\x15" + struct.pack("<f", value) for name, value in terms.items())
    return _double(1, wall_time) + b"\x10" + _varint(step) + _bytes(5, b"".join(_bytes(1, value) for value in values))


def _double(field: int, value: float) -> bytes:
    return bytes([field << 3 | 1]) + struct.pack("<d", value)


def _bytes(field: int, value: bytes) -> bytes:
    return bytes([field << 3 | 2]) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def _record(data: bytes) -> bytes:
    length = struct.pack("<Q", len(data))
    return length + _checksum(length) + data + _checksum(data)


def _checksum(data: bytes) -> bytes:
    """CRC-32C, masked as in TensorFlow's record format."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _table()[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


@cache
def _table() -> tuple[int, ...]:
    found = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (POLYNOMIAL if value & 1 else 0)  # noqa: PLW2901  the same step eight times
        found.append(value)
    return tuple(found)
