"""What template words print, with each option and kind of fact, in two languages, and what they refuse."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from report_builder.document.material import SweepCard
from report_builder.document.rendering import render
from report_builder.facts import Fact, Measurement
from report_builder.kinds import Column, Table

TABLE = json.loads((Path(__file__).parent / "printed.json").read_text(encoding="utf-8"))
ALONE = ("symbols", "equation", "listing")  # paragraphs of their own
METHODS = {"vae": "closed_form", "mc": "monte_carlo"}


def made(run, metric, *values, **known):
    """Fact of a VAE, with a seed for each value."""
    measured = tuple(Measurement(seed, value) for seed, value in enumerate(values, start=1))
    about = {"run": run, "split": "test", "settings": {"model": {"kind": "vae", "kl": METHODS[run]}}, "data": "d"}
    return Fact(f"{run}.test.{metric}", metric, measured, **about | known)


@pytest.fixture
def rich(material, ordered, share):
    """Everything that the calls cite: facts of each noise and number of seeds, shares, counts, words, times, two sweeps."""
    vae, mc = (material.facts[f"{run}.test.elbo"] for run in METHODS)
    shares = share(("vae", [50, 52, 51]), ("mc", [31, 30, 33]), split="grid")
    facts = [
        *(
            replace(fact, name=f"{fact.run}.grid.right", settings=of.settings)
            for fact, of in zip(shares, (vae, mc), strict=True)
        ),
        *(made(run, "count", n, n, n, noise="exact", n=60) for run, n in (("vae", 4), ("mc", 12345))),
        made("vae", "word", "seven", "seven", "seven"),
        made("vae", "time", 10.0, 10.2, 9.8, noise="fixed", unit="s", better="lower"),
        made("mc", "time", 5.0, 5.1, 4.9, noise="fixed", unit="s", better="lower"),
        *(replace(fact, name=f"{fact.run}.valid.elbo", split="valid") for fact in (vae, mc)),
        replace(vae, name="late.test.elbo", run="late", measurements=(Measurement(None, 0.0),), placeholder=True),
    ]
    for seed, run in enumerate(("one", "two")):
        only = vae.measurements[seed : seed + 1]
        facts.append(replace(vae, name=f"{run}.test.elbo", run=run, measurements=only, settings={"model": {"kind": run}}))
    card, strip = material.runs["vae"], material.figures["strip"]
    cards = {run: replace(card, id=run, name=run.upper(), seeds=(1,)) for run in ("one", "two", "late")}
    cards["vae"] = replace(card, settings={**card.settings, "data": {"fingerprint": "f", "steps": [{"kind": "invert"}]}})
    table = Table((Column("pair", ["3-5", "1-7"]), Column("far", [12.5, 0.03125], "px"), Column("n", [12500, None], digits=0)))
    sweeps = {"kl": SweepCard("kl", ("vae", "mc"), ("model.kl",)), "late": SweepCard("late", ("late", "vae"), ("model.kind",))}
    return replace(
        material,
        facts={**ordered.facts, **material.facts, **{fact.name: fact for fact in facts}},
        runs={**ordered.runs, **material.runs, **cards},
        sweeps={**ordered.sweeps, **sweeps},
        figures={**material.figures, "strip": replace(strip, tabulated=True, table=table)},
        tasks={},
    )


@pytest.mark.parametrize("language", ["pl", "en"])
def test_what_is_printed(rich, write_template, printed, language):
    """Each call prints the text of the table, with its mistakes listed below."""
    given, calls = replace(rich, header=replace(rich.header, language=language)), [*TABLE["en"]]
    text = "".join(f"§{place}\n\n{{{{ {call} }}}}\n\n" for place, call in enumerate(calls))
    told = [[part.strip()] for part in re.split(r"§\d+\n", printed(text, given))[1:]]
    for problem in render(write_template(text), given).problems:
        place = (int(problem.where.rpartition(":")[2]) - 3) // 4
        told[place].append("; ".join(filter(None, (problem.rule, problem.received, problem.allowed))))
    assert dict(zip(calls, told, strict=True)) == TABLE[language]


def test_what_is_found(rich, composed):
    """A false claim is a finding at its line, and a true one is not."""
    given = replace(rich, header=replace(rich.header, language="en"))
    calls = [call for call, told in TABLE["en"].items() if len(told) == 1 and not call.startswith(ALONE)]
    document = composed("\n\n".join(f"Words {{{{ {call} }}}} here." for call in calls), given, draft=True)
    found = [[calls[int(each.where.rpartition(":")[2]) // 2], each.rule, each.received] for each in document.findings]
    assert found == TABLE["found"]
