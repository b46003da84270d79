"""Run seeded cases: `python tests/fuzz data --seed 1 --cases 5000`; exit 1 if one ends in anything but a message.

Each module of this folder has `cases(seed)`, which yields names and functions endlessly. A function may raise ReportError;
any other error, more than 20 seconds, or more than 1 GB of memory is a finding.
"""

from __future__ import annotations

import argparse
import importlib
import resource
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from itertools import islice
from types import FrameType

from report_builder.errors import ReportError

SECONDS, MEMORY = 20, 1e9


def main() -> int:
    """Run the cases of a module, and print findings and statistics."""
    parser = argparse.ArgumentParser()
    parser.add_argument("module")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cases", type=int, default=sys.maxsize)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after this many seconds")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, _hangs)
    findings, done, refused, slowest, began = 0, 0, 0, 0.0, time.perf_counter()
    for name, case in islice(importlib.import_module(options.module).cases(options.seed), options.cases):
        if time.perf_counter() - began > options.seconds:
            break
        began_case = time.perf_counter()
        outcome = _outcome(case)
        slowest = max(slowest, time.perf_counter() - began_case)
        done, refused = done + 1, refused + (outcome == "refused")
        if outcome not in ("done", "refused"):
            findings += 1
            print(f"{name}: {outcome}", flush=True)
    print(f"{done} cases, {refused} refused, {findings} findings, slowest {slowest:.1f} s, peak {_peak() / 1e6:.0f} MB")
    return int(bool(findings))


def _outcome(case: Callable[[], None]) -> str:
    """Return how a case ends: `done`, `refused`, or what is wrong."""
    before = _peak()
    signal.alarm(SECONDS)
    try:
        case()
        ending = "done"
    except ReportError as error:
        str(error).encode()
        ending = "refused"
    except BaseException:  # noqa: BLE001  a finding, whatever it is
        ending = traceback.format_exc()
    finally:
        signal.alarm(0)
    return f"memory {_peak() / 1e6:.0f} MB" if _peak() > max(before, MEMORY) else ending


def _peak() -> float:
    """Return the peak memory of this process in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0


def _hangs(_: int, __: FrameType | None) -> None:
    raise TimeoutError(f"more than {SECONDS} s")


if __name__ == "__main__":
    raise SystemExit(main())
