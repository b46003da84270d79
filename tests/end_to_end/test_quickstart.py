"""The first report that a user builds."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from report_builder.cli import main

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.external("poppler")
def test_the_quickstart(tmp_path: Path) -> None:
    """The quickstart trains, measures and draws on bundled data, and gives two pages with every figure and no open claim."""
    folders = {"experiments": ROOT, "templates": ROOT, "store": tmp_path, "build": tmp_path, "figures": tmp_path}
    options = [part for name, root in folders.items() for part in (f"--{name}", str(root / name))]
    assert main(["build", "quickstart", "--to", "pdf", *options]) == 0
    command = ["pdftotext", "-layout", str(tmp_path / "build" / "quickstart" / "quickstart.pdf"), "-"]
    pages = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.rstrip("\f").split("\f")
    assert len(pages) == 2
    assert all(f"Figure {number}." in "".join(pages) for number in (1, 2, 3))
    assert "Conclusions" in pages[1]
