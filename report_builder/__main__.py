"""`python -m report_builder`, and the program `report-builder`."""

import os
import signal
import sys


def _leave(*_: object) -> None:
    os._exit(130)


if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, _leave)  # until `main` listens: an interrupt while things are imported needs no traceback

from report_builder.cli import main  # noqa: E402  not before the line above


def run() -> None:
    """Runs one command and ends the process with its exit code."""
    code = main()
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done
    sys.exit(code)


if __name__ == "__main__":
    run()
