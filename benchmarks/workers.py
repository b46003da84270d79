"""A sweep of real trainings by several workers: that they store the same, and how long it takes.

`same`: twelve trainings by this machine's processes and by three workers of Dask; what both store and write is compared byte by
byte. `speed`: four trainings of about a minute by two workers and by two processes of this machine without Dask, in turn, and
in the first round by one worker; on a machine with two cores that does nothing else. Printed are ratios of the medians of
whole commands.

`python benchmarks/workers.py same`, `python benchmarks/workers.py speed --rounds 3`; 1 where a promise is not kept.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from speed import command, run, surroundings

EXPERIMENT = """\
report: {{title: Workers, language: en, date: 2025-01-02}}
data: {{digits: {{dataset: {{kind: digits, copies: 0}}, steps: [scale]}}}}
runs:
  vae: {{data: digits, model: {{kind: vae, preset: dense}}, training: {{epochs: {epochs}, batch_size: 50}}}}
sweeps:
  size: {{run: vae, over: {{model.latent_dim: {sizes}, training.learning_rate: [1e-3, 2e-3]}}}}
metrics:
  error: {{kind: reconstruction, runs: [size], split: test}}
figures:
  curves: {{kind: training_curves, runs: [size]}}
"""
TEMPLATE = """\
# Results

{% for arm in sweep("size") %}{{ fact(arm ~ ".test.reconstruction_bce") }}
{% endfor %}

The histories are in [@fig:curves]{.nom}.

{{ figure("curves") }}
"""
VARIES = {"epoch_time"}  # of a history
PROMISED = {"two workers against one": 1.6, "Dask against none": 1 / 1.05}  # how many times as fast, at least


def lay(folder: Path, epochs: int, sizes: Sequence[int]) -> None:
    """The experiment, whose sweep has two arms for each size, and its template."""
    for name, text in {
        "experiments/lab.yaml": EXPERIMENT.format(epochs=epochs, sizes=list(sizes)),
        "templates/lab.md": TEMPLATE,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def left(folder: Path) -> dict[str, str]:
    """The digest of what each file of a project's store and documents says, without times."""
    files = [path for name in ("runs", "build") for path in sorted((folder / name).rglob("*")) if path.is_file()]
    kept = [path for path in files if path.parent.parent.parent.name == "runs" or path.suffix in {".md", ".html", ".pdf"}]
    return {str(path.relative_to(folder)): hashlib.sha256(_said(path)).hexdigest() for path in kept}


def _said(path: Path) -> bytes:
    if path.name not in {"step.json", "history.json"}:
        return path.read_bytes()
    read = json.loads(path.read_text(encoding="utf-8"))
    if path.name == "step.json":
        read = {name: read[name] for name in ("kind", "inputs", "spec", "code")} | {"files": sorted(read["files"])}
    return json.dumps({name: value for name, value in read.items() if name not in VARIES}, sort_keys=True).encode()


def same(epochs: int, sizes: int) -> int:
    """Compares what both leave; how many files differ."""
    found = list[dict[str, str]]()
    for where in (["--jobs", "2"], ["--cluster", "local:3"]):
        with tempfile.TemporaryDirectory(prefix="workers-") as name:
            lay(Path(name), epochs, range(2, 2 + sizes))
            run(command("build", "lab", *where), surroundings(Path(name)))
            found.append(left(Path(name)))
    here, there = found
    other = sorted(name for name in {*here, *there} if here.get(name) != there.get(name))
    trained = sum(name.startswith("runs/run/") and name.endswith("weights.npz") for name in here)
    print(f"{trained} trainings, {len(here)} files by this machine's processes, {len(there)} by Dask: {len(other)} differ.")
    print("".join(f"  {name}\n" for name in other), end="")
    return len(other) + (trained < 2 * sizes)


def speed(epochs: int, rounds: int) -> int:
    """Measures; how many promises are not kept."""
    cases = {"one worker": "--cluster=local:1", "two workers": "--cluster=local:2", "no Dask": "--jobs=2"}
    taken: dict[str, list[float]] = {name: [] for name in cases}
    print(f"{os.cpu_count()} cores, load before: {os.getloadavg()[0]:.1f}", flush=True)
    for number in range(rounds):
        for name, option in list(cases.items())[bool(number) :][:: -1 if number % 2 else 1]:
            with tempfile.TemporaryDirectory(prefix="workers-") as folder:
                lay(Path(folder), epochs, (2, 3))
                taken[name].append(run(command("train", "lab", option), surroundings(Path(folder))).seconds)
                print(f"round {number + 1}, {name}: {taken[name][-1]:.1f} s", flush=True)
    one, two, none = (median(taken[name]) for name in cases)
    ratios = {"two workers against one": one / two, "Dask against none": none / two}
    for name, ratio in ratios.items():
        print(f"{name}: {ratio:.2f} times as fast; promised: {PROMISED[name]:.2f}")
    return sum(ratio < PROMISED[name] for name, ratio in ratios.items())


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures what is asked for; 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("same", "speed"))
    parser.add_argument("--epochs", type=int, help="epochs per training; default: 2, or about a minute's worth for the speed")
    parser.add_argument("--sizes", type=int, default=6, help="number of sizes, with two trainings each")
    parser.add_argument("--rounds", type=int, default=1)
    asked = parser.parse_args(arguments)
    return int(bool(same(asked.epochs or 2, asked.sizes) if asked.what == "same" else speed(asked.epochs or 100, asked.rounds)))


if __name__ == "__main__":
    sys.exit(main())
