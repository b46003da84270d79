"""What a training costs: seconds of the processor in each epoch, and the most memory the worker held. No part of any key."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from report_builder.store import write_atomically

FILE = "costs.json"
CLEAR_REFS = Path("/proc/self/clear_refs")


class Costs:
    """The costs of one run; a file keeps them between epochs, so that they survive a kill."""

    def __init__(self, folder: Path, epoch: int) -> None:
        """Goes on after so many epochs with what the file says of them; from here on the first epoch is measured."""
        self._file = folder / FILE
        kept = json.loads(self._file.read_text(encoding="utf-8")) if epoch and self._file.is_file() else {}
        self._seconds: list[float] = kept.get("cpu_seconds", [])[:epoch]
        self._peak: int = kept.get("peak_memory", 0)
        _forget_peak()
        self.begin()

    def begin(self) -> None:
        """An epoch begins."""
        self._began = time.process_time()

    def end(self) -> None:
        """An epoch, with the measures on held-out images, is over: what it cost is kept."""
        self._seconds.append(time.process_time() - self._began)
        self._peak = max(self._peak, _peak())
        write_atomically(self._file, json.dumps({"cpu_seconds": self._seconds, "peak_memory": self._peak}))

    def note(self, epochs: int) -> dict[str, float | None]:
        """`cpu_seconds` of all epochs on all cores, `peak_memory` in bytes; None where one was not recorded, or is unknown."""
        recorded = len(self._seconds) == epochs
        return {"cpu_seconds": sum(self._seconds) if recorded else None, "peak_memory": self._peak or None}


def _forget_peak() -> None:
    """Linux: the peak of earlier trainings of this process does not count; elsewhere it does."""
    try:
        CLEAR_REFS.write_text("5", encoding="ascii")
    except OSError:
        return


def _peak() -> int:
    """Most memory that this process held, in bytes; macOS counts in bytes, others in kibibytes, and Windows says nothing: 0."""
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
