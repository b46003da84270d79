"""Paired speed of the training loop: against a hand-written loop, against pythae, in parallel, with and without checkpoints.

Every case trains in its own process on one thread (unless the case says otherwise) and reports how many images it trained
in how many seconds of CPU and wall time, without the start-up and the first epoch. The two sides of a pair alternate, A B A B;
the table gives the median ratio of adjacent runs and its spread. On an idle machine:

    .venv/bin/python benchmarks/engine.py                              # all pairs but pythae's
    .venv/bin/python benchmarks/engine.py --pythae OTHER/bin/python    # a Python that has pythae 0.1.2
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
CASES = HERE / "engine_cases.py"
EPOCHS = 3  # of a run that is built completely, 24 000 images each
SIDE_BY_SIDE = """
report: {title: Side by side, language: en}
data:
  digits: {dataset: {kind: digits, copies: 15}, steps: [scale]}
runs:
  vae:
    data: digits
    model: {kind: vae, latent_dim: 2}
    training: {epochs: EPOCHS, batch_size: 64, learning_rate: 1e-3}
    seeds: SEEDS
    threads: THREADS
"""


@dataclass(frozen=True)
class Speed:
    """Images per second of CPU time and of wall time."""

    cpu: float
    wall: float


@dataclass(frozen=True)
class Pair:
    """Two ways to do the same work, and the target ratio (ours / theirs; higher is faster)."""

    name: str
    ours: Callable[[], Speed]
    theirs: Callable[[], Speed]
    goal: float
    wall: bool = False  # whether the target applies to wall time


def main() -> None:
    """Measure all pairs and print a Markdown table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--pythae", help="a Python that has pythae 0.1.2")
    options.add_argument("--only", default="", help="part of a pair's name")
    chosen = options.parse_args()
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n", flush=True)
    print("| pair | goal | CPU: median (min-max) | wall: median (min-max) | ours, images/CPU-s | images/s |")
    print("| --- | --- | --- | --- | --- | --- |")
    for pair in pairs(chosen.pythae):
        if chosen.only in pair.name:
            show(pair, [(pair.ours(), pair.theirs()) for _ in range(chosen.rounds)])


def pairs(pythae: str | None) -> list[Pair]:
    """Return the pairs; those with pythae only if a Python with pythae is given."""
    found = [
        Pair("VAE: our loop / hand-written tf.function loop", case("ours", "vae"), case("hand_written", "vae"), 0.95),
        Pair("conditional GAN: our loop / hand-written", case("ours", "cgan"), case("hand_written", "cgan"), 0.95),
        Pair("VAE: with checkpoints and fixed randomness / without", case("kept", "vae"), case("bare", "vae"), 0.90),
        Pair("two VAEs side by side / in turn with two threads", side_by_side, in_turn, 1.25, wall=True),
    ]
    if pythae:
        theirs = case("pythae", "vae", python=pythae)
        found.append(Pair("VAE: our loop / pythae 0.1.2", case("ours", "vae"), theirs, 2.0))
    return found


def case(name: str, model: str, python: str = sys.executable) -> Callable[[], Speed]:
    """Return a function that runs a case of `engine_cases.py`."""

    def measured() -> Speed:
        one = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
        said = run([python, str(CASES), name, model], os.environ | one)
        told = json.loads(said.splitlines()[-1])
        return Speed(told["images"] / told["cpu"], told["images"] / told["wall"])

    return measured


def side_by_side() -> Speed:
    """Build two seeds of a VAE at once, in two single-threaded processes."""
    return built("[1, 2]", 1)


def in_turn() -> Speed:
    """Build the same two seeds one after the other, with two threads."""
    first, second = built("[1]", 2), built("[2]", 2)
    return Speed(2 / (1 / first.cpu + 1 / second.cpu), 2 / (1 / first.wall + 1 / second.wall))


def built(seeds: str, threads: int) -> Speed:
    """Build from an empty store and return the epochs per second, including the start of the processes."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        text = SIDE_BY_SIDE.replace("SEEDS", seeds).replace("THREADS", str(threads)).replace("EPOCHS", str(EPOCHS))
        (folder / "speed.yaml").write_text(text, encoding="utf-8")
        (folder / "speed.md").write_text("Trained.\n", encoding="utf-8")
        folders = [f"--{name}={folder / name}" for name in ("store", "build", "figures")]
        line = [sys.executable, "-m", "report_builder", "build", str(folder / "speed.yaml"), "--to", "md"]
        before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        run([*line, *folders, f"--templates={folder}"], dict(os.environ))
        wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    images = EPOCHS * len(json.loads(seeds))
    return Speed(images / (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime), images / wall)


def run(line: Sequence[str], environment: dict[str, str]) -> str:
    """Return what a process prints.

    Raises:
        SystemExit: The process failed; its output is shown.
    """
    done = subprocess.run(
        line, cwd=HERE.parent, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(line)} failed with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout


def show(pair: Pair, rounds: Sequence[tuple[Speed, Speed]]) -> None:
    """Format one row of the table."""
    cpu, wall = ([getattr(a, what) / getattr(b, what) for a, b in rounds] for what in ("cpu", "wall"))
    texts = [f"**{median(r):.2f}** ({min(r):.2f}-{max(r):.2f})" for r in (cpu, wall)]
    goal = f"{pair.goal:g} {'wall' if pair.wall else 'CPU'}"
    ours = [median(getattr(a, what) for a, _ in rounds) for what in ("cpu", "wall")]
    rates = "- | -" if pair.wall else f"{ours[0]:.0f} | {ours[1]:.0f}"
    print(f"| {pair.name} | {goal} | {texts[0]} | {texts[1]} | {rates} |", flush=True)


if __name__ == "__main__":
    main()
