"""Cost of a training: CPU seconds of each epoch, and the peak memory of the worker. Not part of any key."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from report_builder.store import write_atomically

FILE = "costs.json"
CLEAR_REFS = Path("/proc/self/clear_refs")


class Costs:
    """Costs of one run, kept in a file between epochs, so that they survive a kill."""

    def __init__(self, folder: Path, epoch: int) -> None:
        """Continue after this number of epochs with their costs from the file, and start to measure the next epoch."""
        self._file = folder / FILE
        kept = json.loads(self._file.read_text(encoding="utf-8")) if epoch and self._file.is_file() else {}
        self._seconds: list[float] = kept.get("cpu_seconds", [])[:epoch]
        self._peak: int = kept.get("peak_memory", 0)
        _forget_peak()
        self.begin()

    def begin(self) -> None:
        """Start to measure an epoch."""
        self._began = time.process_time()

    def end(self) -> None:
        """Finish an epoch, including the evaluation on held-out images, and store its costs."""
        self._seconds.append(time.process_time() - self._began)
        self._peak = max(self._peak, _peak())
        write_atomically(self._file, json.dumps({"cpu_seconds": self._seconds, "peak_memory": self._peak}))

    def note(self, epochs: int) -> dict[str, float | None]:
        """`cpu_seconds` of all epochs on all cores, `peak_memory` in bytes; None if not recorded or unknown."""
        recorded = len(self._seconds) == epochs
        return {"cpu_seconds": sum(self._seconds) if recorded else None, "peak_memory": self._peak or None}


def _forget_peak() -> None:
    """Reset the peak memory on Linux, so that earlier trainings of this process do not count; elsewhere they do."""
    try:
        CLEAR_REFS.write_text("5", encoding="ascii")
    except OSError:
        return


def _peak() -> int:
    """Peak memory of this process in bytes, 0 on Windows, which does not tell; macOS counts bytes, others kibibytes."""
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
