"""Entry point of `python -m report_builder` and of the program `report-builder`."""

import gc
import os
import signal
import sys

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(
        signal.SIGINT, lambda *_: os._exit(130)
    )  # until `main` handles it: an interrupt during the imports needs no traceback

gc.set_threshold(100_000)  # modules and documents are many small long-lived objects: frequent collections find nothing

from report_builder.cli import main  # noqa: E402  not before the lines above


def run() -> None:
    """Run one command and end the process with its exit code."""
    code = main()
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the work is done
    gc.freeze()  # no last collection: the end of the process frees everything
    sys.exit(code)


if __name__ == "__main__":
    run()
