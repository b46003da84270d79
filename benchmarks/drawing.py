"""Time and file size of drawings: figures from synthetic arrays, and one figure of a report redrawn by a complete process.

Each figure is drawn through `report_builder.drawing.draw` in a process that has drawn before, so that only the drawing is
measured; the table gives the median CPU time and the size of the file that the document embeds. The last row is
`report-builder figure` after an option of the figure changed, from the start to the end of the process. CPU seconds, which
depend less on other load of the machine, are given next to wall time. `python benchmarks/drawing.py`.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from report_builder import languages
from report_builder.drawing import PNG, SVG, draw
from report_builder.kinds import FIGURES, Subject

CLASSES = np.array([str(label) for label in range(10)])
GOALS = {"drawing": (1.0, 400.0), "process": (1.5, 400.0)}  # seconds, kB
EXPERIMENT = """\
report: {title: Drawing, date: 2025-01-02}
data:
  digits: {dataset: {kind: digits, copies: 5}}
runs:
  vae: {data: digits, model: {kind: vae, latent_dim: 2, filters: [4, 8]}, training: {epochs: 1, batch_size: 256}}
figures:
  codes: {kind: latent_scatter, runs: [vae], split: train, opacity: 0.5}
"""
TEMPLATE = '# Codes\n\n[@fig:codes]\n\n{{ figure("codes") }}\n'


@dataclass(frozen=True)
class Measured:
    """CPU and wall time in seconds, and the size in kB of the file that the document embeds."""

    name: str
    processor: float
    clock: float
    kilobytes: float
    goal: str


def main() -> None:
    """Measure every case and print a Markdown table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=5)
    rounds = options.parse_args().rounds
    print(f"{platform.machine()}, Python {platform.python_version()}, medians of {rounds} rounds\n")
    print("| what | processor | clock | goal | in the document | goal |\n|:--|--:|--:|--:|--:|--:|")
    for measured in [*drawings(rounds), redrawing(rounds)]:
        seconds, kilobytes = GOALS[measured.goal]
        times = f"{measured.processor:.2f} s | {measured.clock:.2f} s | {seconds:g} s"
        print(f"| {measured.name} | {times} | {measured.kilobytes:.0f} kB | {kilobytes:g} kB |")


# --- drawings -----------------------------------------------------------------------------------------------------------------


def codes(n: int, dimensions: int = 2) -> dict[str, np.ndarray]:
    """Return codes of `n` images of ten classes, each class around its own centre."""
    random = np.random.default_rng(0)
    y = np.arange(n) % len(CLASSES)
    z = 3 * random.normal(size=(len(CLASSES), dimensions))[y] + random.normal(size=(n, dimensions))
    return {"z_mean": z, "z_log_var": np.full(z.shape, -2.0), "y": y, "class_names": CLASSES}


def lattice(n: int, side: int = 28) -> dict[str, np.ndarray]:
    """Return blurred spots on an `n` by `n` lattice that rotate with the position, as a decoder's images change."""
    axis, pixel = np.linspace(-2, 2, n), np.linspace(-1, 1, side)
    u, v = (grid.reshape(-1, 1, 1) for grid in np.meshgrid(axis, axis))
    x, y = pixel[None, None, :], pixel[None, :, None]
    images = np.exp(-6 * ((x - 0.3 * u) ** 2 + (y - 0.3 * v) ** 2 + 0.5 * u * x * y))
    limits = np.array([[-2.0, 2.0], [-2.0, 2.0]])
    found = {"images": images.clip(0, 1)[..., None], "axis_0": axis, "axis_1": axis, "limits": limits}
    return found | {"value_range": np.array([0.0, 1.0])}


CASES: Mapping[str, tuple[str, dict[str, Any], Callable[[], dict[str, np.ndarray]]]] = {
    "latent_scatter, 10 000 points": ("latent_scatter", {}, lambda: codes(10_000)),
    "latent_scatter, 500 points with ellipses": ("latent_scatter", {"spread": "ellipses"}, lambda: codes(500)),
    "decode_grid, 20 x 20 images": ("decode_grid", {"n": 20}, lambda: lattice(20)),
    "decode_grid, 20 x 20 images apart": ("decode_grid", {"n": 20, "separators": True}, lambda: lattice(20)),
}


def drawings(rounds: int) -> Iterator[Measured]:
    """Measure each case, after one warm-up drawing."""
    for name, (kind, parameters, arrays) in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            yield drawing(name, kind, parameters, {"vae": arrays()}, Path(folder), rounds)


def drawing(name: str, kind: str, parameters: Mapping[str, Any], arrays: Any, folder: Path, rounds: int) -> Measured:
    """Measure the time of a drawing and the size of the file that the document embeds."""
    declared = FIGURES.get(kind)
    chosen = declared.parameters.model_validate({"runs": ["vae"], **parameters})
    subjects, language = {"vae": Subject("VAE", "variational autoencoder", "MNIST", 1)}, languages.load("en")
    processor, clock = [], []
    for _ in range(rounds + 1):
        started = time.process_time(), time.perf_counter()
        draw(declared, chosen, arrays, subjects, language, folder)
        processor.append(time.process_time() - started[0])
        clock.append(time.perf_counter() - started[1])
    taken = folder / (PNG if '"raster": true' in (folder / "drawing.json").read_text(encoding="utf-8") else SVG)
    return Measured(name, median(processor[1:]), median(clock[1:]), taken.stat().st_size / 1000, "drawing")


# --- a complete process -------------------------------------------------------------------------------------------------------


def redrawing(rounds: int) -> Measured:
    """Redraw a scatter plot of about 10 000 stored codes after a change of its opacity."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        experiment, template = folder / "experiments" / "codes.yaml", folder / "templates" / "codes.md"
        for path, text in ((experiment, EXPERIMENT), (template, TEMPLATE)):
            path.parent.mkdir()
            path.write_text(text, encoding="utf-8")
        figure(folder)
        times = []
        for number in range(rounds):
            experiment.write_text(EXPERIMENT.replace("opacity: 0.5", f"opacity: 0.5{number + 1}"), encoding="utf-8")
            times.append(figure(folder))
        (size,) = (path.stat().st_size / 1000 for path in (folder / "figures" / "codes").glob("*.svg"))
    processor, clock = zip(*times, strict=True)
    return Measured("one figure of 10 000 points, whole process", median(processor), median(clock), size, "process")


def figure(folder: Path) -> tuple[float, float]:
    """Return the CPU and wall time in seconds of `report-builder figure codes`."""
    before, started = used(), time.perf_counter()
    command = [sys.executable, "-m", "report_builder", "figure", "codes", "--report", "codes"]
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}  # as on a user's machine
    subprocess.run(command, cwd=folder, env=kept, check=True, capture_output=True)
    return used() - before, time.perf_counter() - started


def used() -> float:
    """Return the CPU seconds of all child processes that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


if __name__ == "__main__":
    main()
