"""`python -m report_builder`, and the program `report-builder`."""

import gc
import os
import signal
import sys

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(
        signal.SIGINT, lambda *_: os._exit(130)
    )  # until `main` listens: an interrupt while things are imported needs no traceback

gc.set_threshold(100_000)  # modules and documents are many small values that stay: to look through them often finds nothing

from report_builder.cli import main  # noqa: E402  not before the lines above


def run() -> None:
    """Runs one command and ends the process with its exit code."""
    code = main()
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done
    gc.freeze()  # what the end of the process frees need not be looked through before it
    sys.exit(code)


if __name__ == "__main__":
    run()
