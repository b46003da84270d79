"""The law of the key, tested by mutation of a copy of the package: a step's code is exactly what it executes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from report_builder.plan import steps
from report_builder.store import Memo, code_digests, modules

NAMED = {  # kind of step -> files that its spec names
    "run": ("models/vae/__init__.py", "models/_networks/convolutional.py", "datasets/digits.py", "datasets/steps/binarise.py"),
    "arrays": ("measures/probes/codes.py",),
    "facts": ("measures/metrics/elbo.py",),
    "figure": ("plots/latent_scatter/__init__.py",),
}
CHANGES = {  # file -> replaced text, replacement, and the steps whose code changes
    "kinds/_data.py": ("self.y[", "self.y[::-1][", "run arrays facts figure"),
    "train/environment.py": ('"TF_ENABLE_ONEDNN_OPTS": "1"', '"TF_ENABLE_ONEDNN_OPTS": "0"', "run arrays"),
    "train/loop.py": ("generate_state(2) >> 1", "generate_state(2) >> 2", "run arrays"),
    "train/checkpoint.py": ("allow_pickle=False, **", "allow_pickle=True, **", "run arrays"),
    "train/samples.py": ("SEED = 0", "SEED = 1", "run"),
    "train/probe.py": ("BATCH = 500", "BATCH = 400", "arrays"),
    "train/answers.py": ("ensure_ascii=False", "ensure_ascii=True", ""),
    "run/local.py": ("timeout=5", "timeout=6", ""),
    "run/figure.py": ('spec["language"]', 'spec["other"]', "figure"),
    "run/facts.py": ('spec["metric"]', 'spec["other"]', "facts"),
    "models/_layers.py": ('update={"kind": str', 'update={"name": str', "run arrays"),
    "models/vae/__init__.py": ("of three convolutions", "of 3 convolutions", "run"),
    "models/vae/network.py": (
        "seed_generator = keras.random.SeedGenerator(0)",
        "seed_generator = keras.random.SeedGenerator(1)",
        "run",
    ),
    "models/_networks/convolutional.py": ("relu", "gelu", "run"),
    "models/_networks/dense.py": ("relu", "gelu", ""),
    "datasets/__init__.py": ("flags.writeable = False", "flags.writeable = True", "run arrays figure facts"),
    "measures/__init__.py": ("ensure_ascii=False, indent=1", "ensure_ascii=False, indent=2", "run arrays facts"),
    "store/reading.py": ("dtype=np.int64", "dtype=np.int32", "facts figure"),
    "plots/_text.py": ("ROUNDING = 1e-6", "ROUNDING = 1e-5", "figure"),
    "drawing/_files.py": ("COMPRESSION = 6", "COMPRESSION = 7", "figure"),
    "plots/latent_scatter/drawing.py": ("0.66", "0.67", "figure"),
    "plots/decode_grid/__init__.py": ("n: ", "n_: ", ""),
    "errors.py": ("cutoff=0.6", "cutoff=0.7", "run arrays facts figure"),
}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the package whose files are digested instead of the running ones."""
    copy = tmp_path_factory.mktemp("copy") / modules.PACKAGE.name
    shutil.copytree(modules.PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(modules, "PACKAGE", copy)
        yield copy


def codes(package: Path) -> dict[str, dict[str, str]]:
    """Return the code of each kind of step, as a new process finds it."""
    known = Memo(package.parent / "memo.json")
    found = {
        kind: code_digests([package / file for file in (*steps.BEGINNING[kind], *named)], known)
        for kind, named in NAMED.items()
    }
    known.save()
    return found


@pytest.mark.parametrize("file", CHANGES)
def test_what_is_executed_counts(package: Path, file: str) -> None:
    """A change in an executed file changes the code of exactly the steps that execute it, also with a memo."""
    old, new, noticed = CHANGES[file]
    before = codes(package)
    text = (package / file).read_text(encoding="utf-8")
    assert old in text
    (package / file).write_text(text.replace(old, new), encoding="utf-8")
    after = codes(package)
    (package / file).write_text(text, encoding="utf-8")
    assert {kind for kind in after if after[kind] != before[kind]} == set(noticed.split())


def test_what_only_reads_differently_does_not_count(package: Path) -> None:
    """Other comments, docstrings and empty lines in every file of the package do not change the code of any step."""
    before = codes(package)
    for file in package.rglob("*.py"):
        text = file.read_text(encoding="utf-8").replace('"""', '"""Other words: ', 1)
        file.write_text(f"# another comment\n{text}\n\n\n", encoding="utf-8")
    assert codes(package) == before
