"""A separately installed package adds a kind of figure, and its code is part of the cache key like any other."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import report_builder

CODE = '''"""The mean code of the images, as a bar for each coordinate."""
from matplotlib.figure import Figure as Page

from report_builder.kinds import Drawing, Figure, Parameters as Base, ProbeRequest


class Parameters(Base):
    """Which run is shown."""

    run: str


def reads(parameters):
    """The codes of the test images."""
    return {"codes": ProbeRequest("codes", {"split": "test"}, run=parameters.run, needs=frozenset({"encode"}))}


def draw(arrays, parameters, subjects, language):
    """A bar for each coordinate of the mean."""
    page = Page((3, 2))
    mean = arrays["codes"]["z_mean"].mean(axis=0)
    page.add_subplot(xlabel="coordinate", ylabel="mean").bar(range(len(mean)), mean)
    return Drawing(page, "", "Mean code of the test images.")


KIND = Figure(summary="mean code", parameters=Parameters, serves=frozenset({"encode"}), reads=reads, draw=draw)
'''
FILES = {
    "mean_code.py": CODE,
    "mean_code-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: mean-code\nVersion: 1.0\n",
    "mean_code-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "mean_code-1.0.dist-info/entry_points.txt": "[report_builder.figures]\nmean_code = mean_code\n",
    "mean_code-1.0.dist-info/RECORD": "",
}


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Folder into which pip installed the wheel of such a package."""
    wheel = tmp_path / "mean_code-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in FILES.items():
            archive.writestr(name, text)
    site = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*pip, "--target", str(site), str(wheel)], check=True)
    return site


@pytest.mark.slow
def test_an_installed_package_adds_a_figure(finished, tmp_path: Path, installed: Path) -> None:
    """An installed kind is listed, its figure is drawn from stored results and printed, and a new version redraws it."""
    lab = finished.copy(tmp_path / "lab")
    lab.edit("figures:\n", "figures:\n  mean: {kind: mean_code, run: vae, caption: Mean}\n")
    lab.edit('{{ figure("codes") }}', '{{ figure("codes") }}\n\n{{ figure("mean") }}\n', lab.template)
    places = f"{installed}{os.pathsep}{Path(report_builder.__file__).parents[1]}"

    def command(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "report_builder", *lab.arguments(*arguments)],
            env=os.environ | {"PYTHONPATH": places},
            cwd=lab.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "mean code" in command("list", "figures")
    command("build", "tiny", "--to", "md")
    picture = next((lab.folder / "figures" / "tiny").glob("*-mean.png"))
    assert "Mean code of the test images." in (lab.folder / "build" / "tiny" / "tiny.md").read_text()
    before = picture.read_bytes()
    module = installed / "mean_code.py"
    module.write_text(module.read_text().replace(", mean)", ", mean, color='0.5')"))
    assert "1 figure to do" in command("build", "tiny", "--to", "md", "--dry-run")
    command("build", "tiny", "--to", "md")
    assert picture.read_bytes() != before
