"""A small report to render: Polish, two runs, two tasks, and pictures generated here."""

from __future__ import annotations

import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from report_builder.document.composing import Document, compose
from report_builder.document.material import (
    Author,
    FigureCard,
    Fragment,
    Header,
    Listing,
    Material,
    RunCard,
    SubfiguresCard,
    SweepCard,
    TaskCard,
)
from report_builder.document.reading import read
from report_builder.document.rendering import render
from report_builder.document.tree import Nodes, caption_of, identifier, plain_text
from report_builder.facts import Fact, Measurement
from report_builder.kinds import Equation

ARMS = ("a", "b", "c", "d", "e")
TEMPLATE = """\
# Autoenkoder (AE)

::: {.task #1.1}
::: question
Pokaż rekonstrukcje.
:::
::: answer
Model {{ run("ae").model }} uczono przez {{ run("ae").get("training.epochs") }} epok; wynik pokazano na [@fig:strip]{.loc}.

{{ figure("strip") }}
:::
:::

# Autoenkoder wariacyjny (VAE)

::: {.task #2.1}
::: question
Porównaj oba składniki KL.
:::
::: answer
ELBO wynosi {{ fact("vae.test.elbo", digits=1, unit=True) }}, czyli
{{ verdict("vae.test.elbo", "mc.test.elbo", by="model.kl") }}
względem {{ fact("mc.test.elbo", digits=1) }}; zob. @eq:vae i [@fig:strip; @fig:codes]{.acc}.

{{ equation("vae") }}
{{ symbols("vae") }}
{{ figure("codes") }}
{{ listing("vae", "loss") }}
{{ fact_table(["vae", "mc"], [("ELBO", "test.elbo", 1)], caption="Wyniki.") }}
:::
:::
"""


def png(path: Path, width: int = 60, height: int = 20) -> Path:
    """Write a grey gradient as a PNG without an image library."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes((x * 255 // width) for x in range(width)) for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    return path


def svg(path: Path) -> Path:
    """Write a circle as an SVG."""
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="180"><circle cx="150" cy="90" r="60" fill="teal"/></svg>'
    )
    return path


def elbo(folder: Path, run: str, kl: str, values: list[float], **other: Any) -> Fact:
    """ELBO on the test split, with one array of per-image values for each seed."""
    measurements = []
    for seed, value in enumerate(values, start=1):
        file = folder / f"{run}-{seed}.npz"
        np.savez(file, elbo=value + np.random.default_rng(seed).normal(0, 0.5, 50))
        measurements.append(Measurement(seed, value, file))
    settings = {"model": {"kind": "vae", "kl": kl}}
    known: dict[str, Any] = {
        "unit": "nats/image",
        "better": "higher",
        "split": "test",
        "n": 50,
        "run": run,
        "settings": settings,
        "data": "d",
    }
    return Fact(f"{run}.test.elbo", "elbo", tuple(measurements), **{**known, **other})


def settings(kind: str, **model: Any) -> dict[str, Any]:
    """Resolved run."""
    training = {"epochs": 10, "batch_size": 128, "learning_rate": 0.001, "optimizer": {"kind": "adam"}}
    return {"model": {"kind": kind, "latent_dim": 2, **model}, "training": training, "data": {"fingerprint": "f"}, "seed": 1}


def run_card(name: str, kind: str, title: str, **model: Any) -> RunCard:
    """Run card, as prose may name the run."""
    return RunCard(name, title, title, "MNIST", (1, 2), settings(kind, **model))


@pytest.fixture
def material(tmp_path: Path) -> Material:
    """Everything that `TEMPLATE` cites."""
    files = tmp_path / "store"
    files.mkdir(exist_ok=True)
    closed, sampled = (
        elbo(files, "vae", "closed_form", [-158.0, -158.2, -158.1]),
        elbo(files, "mc", "monte_carlo", [-160.8, -160.6, -160.7]),
    )
    strip = FigureCard(
        "strip",
        "Oryginały i rekonstrukcje.",
        "Część testowa, ziarno 1.",
        "Dwa rzędy cyfr",
        png(files / "strip.png"),
        None,
        raster=True,
    )
    codes = FigureCard("codes", "Kody klas.", "MNIST.", "Chmura punktów", None, svg(files / "codes.svg"), width="70%")
    symbols = (("z", {"pl": "kod", "en": "code"}), (r"\beta", {"pl": "waga", "en": "weight"}))
    return Material(
        report="lab",
        header=Header(
            "Modele generatywne", "pl", authors=(Author("Żaneta Łęcka"),), course="Uczenie głębokie", date="2025-11-20"
        ),
        facts={fact.name: fact for fact in (closed, sampled)},
        runs={
            "ae": run_card("ae", "autoencoder", "autoenkoder"),
            "vae": run_card("vae", "vae", "VAE", kl="closed_form"),
            "mc": run_card("mc", "vae", "VAE (Monte Carlo)", kl="monte_carlo"),
        },
        figures={"strip": strip, "codes": codes},
        listings={
            ("vae", "loss"): Listing("vae", "loss", (Fragment("def loss(x):\n    return x  # " + "x" * 100, "network.py", 12),))
        },
        equations={"vae": Equation(r"\mathcal{L} = \beta D_{KL}(q(z|x) \| p(z))", symbols)},
        tasks={
            "1.1": TaskCard("1.1", "Rekonstrukcje", ("answer", "fig:strip")),
            "2.1": TaskCard("2.1", "", ("answer", "eq:vae", "fact:vae.test.elbo")),
        },
    )


@pytest.fixture
def share(tmp_path: Path) -> Callable[..., list[Fact]]:
    """Return a function that makes shares of images: for each run, how many of 60 are right, seed by seed."""

    def make(*runs: tuple[str, list[int]], **other: Any) -> list[Fact]:
        made = []
        for run, right in runs:
            files = [tmp_path / f"{run}-share-{seed}.npz" for seed in range(len(right))]
            for file, k in zip(files, right, strict=True):
                np.savez(file, right=np.arange(60) < k)
            measured = tuple(
                Measurement(s, k / 60, file) for s, (k, file) in enumerate(zip(right, files, strict=True), start=1)
            )
            known: dict[str, Any] = {"better": "higher", "reduction": "share of images", "n": 60, "run": run, "split": "test"}
            made.append(Fact(f"{run}.test.right", "right", measured, **{**known, **other}))
        return made

    return make


@pytest.fixture
def write_template(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a template into a folder of its own."""

    def write(text: str = TEMPLATE, name: str = "lab.md") -> Path:
        folder = tmp_path / "templates"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
        return folder / name

    return write


@pytest.fixture
def unmeasured(material: Material) -> Material:
    """The same material before anything is measured or drawn."""
    facts = {
        name: replace(fact, measurements=(Measurement(None, 0.0),), placeholder=True) for name, fact in material.facts.items()
    }
    figures = {name: FigureCard(name, card.caption) for name, card in material.figures.items()}
    return replace(material, facts=facts, figures=figures, placeholders=True)


@pytest.fixture
def composed(material: Material, write_template: Callable[..., Path]) -> Callable[..., Document]:
    """Return a function that renders and composes a text with this material, or with another one."""

    def compose_text(text: str = TEMPLATE, given: Material = material, *, draft: bool = False) -> Document:
        return compose(render(write_template(text), given, draft=draft), given, draft=draft)

    return compose_text


def told(blocks: Nodes) -> str:
    """Text of blocks, one line per paragraph, row or caption: table cells between bars, captions after `:`, labels last."""
    lines: list[str] = []
    for block in blocks:
        if block["t"] == "Table":
            rows = [*block["c"][3][1], *(row for body in block["c"][4] for row in body[3])]
            lines += ["| " + " | ".join(plain_text(cell[4]) for cell in row[1]) + " |" for row in rows]
        if block["t"] in ("Table", "Figure"):
            lines.append(f": {plain_text(caption_of(block))} #{identifier(block)}")
        else:
            lines.append(plain_text(block))
    return "\n".join(lines)


@pytest.fixture
def printed(material: Material, write_template: Callable[..., Path]) -> Callable[..., str]:
    """Return a function that renders a template and gives its plain text."""

    def print_text(text: str, given: Material = material) -> str:
        return told(read(render(write_template(text), given)).blocks)

    return print_text


@pytest.fixture
def sheet() -> str:
    """Text that is composed if a test gives none."""
    return TEMPLATE


@pytest.fixture
def chromium(tmp_path: Path) -> Callable[..., str]:
    """Return a function that opens a page in a browser and gives its DOM after the scripts ran."""
    browser = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), "")
    quiet = [f"--{name}" for name in ("headless", "no-sandbox", "disable-gpu", "no-first-run", "disable-sync")]
    quiet.append("--disable-background-networking")

    def open_page(address: str, *options: str) -> str:
        command = [browser, *quiet, *options, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", address]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=240).stdout

    return open_page


@pytest.fixture
def free(material: Material) -> Material:
    """The material without tasks, for texts that have none."""
    return replace(material, tasks={})


@pytest.fixture
def beside(free: Material) -> Material:
    """The material with both figures as parts of `both`: two shared sentences, and one particular to `codes`."""
    common = ("Dane: MNIST.", "Ziarno: 1.")
    strip = replace(free.figures["strip"], group="both", sentences=common, width="8.02cm")
    codes = replace(free.figures["codes"], group="both", sentences=(common[0], "Punkty: 5.", common[1]), width="8.02cm")
    group = SubfiguresCard("both", ("strip", "codes"), 2, "Rekonstrukcje i kody")
    return replace(free, figures={"strip": strip, "codes": codes}, subfigures={"both": group})


@pytest.fixture
def ordered(material: Material) -> Material:
    """Five arms along a numeric axis, with three seeds each and values that rise with it."""
    fact, card = material.facts["vae.test.elbo"], material.runs["vae"]
    values = dict(zip(ARMS, (1.0, 2.0, 3.0, 4.0, 5.0), strict=True))
    facts = {
        f"{run}.test.elbo": replace(fact, name=f"{run}.test.elbo", run=run, noise="fixed", better="higher") for run in values
    }
    facts = {
        name: replace(made, measurements=tuple(Measurement(s, values[made.run] + 0.01 * s) for s in (1, 2, 3)))
        for name, made in facts.items()
    }
    cards = {run: replace(card, id=run, name=run.upper(), settings={"model": {"beta": value}}) for run, value in values.items()}
    return replace(material, facts=facts, runs=cards, sweeps={"beta": SweepCard("beta", ARMS, ("model.beta",))}, tasks={})
