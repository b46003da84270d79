"""Regenerate what `report-builder demo` shows: `python docs/demo.py` builds the quickstart and packs it into the package."""

import shutil
import tempfile
from pathlib import Path

from report_builder.cli import hand_in, main

ROOT = Path(__file__).parents[1]
FORMATS = "md"  # the other files would double its size


def pack(project: Path) -> int:
    """Build the quickstart in a project of its own, laid out as in the archive, and pack it; return the exit code."""
    for name in ("experiments", "templates"):
        shutil.copytree(ROOT / name, project / name)
    folders = {name: project / name for name in ("experiments", "templates", "build", "figures")} | {"store": ROOT / "runs"}
    options = [part for name, root in folders.items() for part in (f"--{name}", str(root))]
    code = main(["build", "quickstart", "--to", FORMATS, "--hand-in", "facts", *options])
    if code == 0:
        shutil.copyfile(project / "build" / "quickstart" / hand_in.DEMO, Path(hand_in.__file__).with_name(hand_in.DEMO))
    return code


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        raise SystemExit(pack(Path(folder).resolve()))
