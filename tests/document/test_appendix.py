"""The last page lists every comparison."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report_builder.document.ledger import Compared, standing

VERDICT = '{{ verdict("vae.test.elbo", "mc.test.elbo", by="model") }} {{ claim("vae.test.elbo", "<", -100, "mało") }}'


def rows(told: str) -> list[str]:
    """Rows of a table."""
    return [line for line in told.split("\n") if line.startswith("|")]


def test_comparisons_with_interval_p_and_holm(printed, free):
    """Each comparison is listed once with the differences that its factor allows; the expected chance findings are stated."""
    given = replace(free, header=replace(free.header, appendix=True))
    told = printed(VERDICT + " " + VERDICT, given)
    head, first, second = rows(told)
    assert "różnica, przedział 95%" in head
    assert "vae / mc: test.elbo | 2,6" in first
    assert first.endswith("| <\u00a00,001 | tak | model.kl |")
    assert "vae.test.elbo / -100 | −58,1" in second
    assert "(jest ich 2)" in told
    assert "średnio 0,1." in told


def test_before_anything_is_measured(printed, unmeasured):
    """The planning pass prints the same table without numbers."""
    told = printed(VERDICT, replace(unmeasured, tasks={}, header=replace(unmeasured.header, appendix=True)))
    assert rows(told)[1].startswith("| vae / mc: test.elbo | [nie zmierzono]")


def test_nothing_compared_no_appendix(printed, free):
    """A text without comparisons has no such page."""
    assert printed("Tekst.", replace(free, header=replace(free.header, appendix=True))) == "Tekst."


@pytest.mark.parametrize(
    ("ps", "stand"),
    [([0.01, 0.04, 0.03], {"0"}), ([0.001, 0.02, 0.04], {"0", "1", "2"}), ([0.02, 0.02, 0.02], set()), ([0.03], {"0"})],
)
def test_holm(ps, stand):
    """Holm's method divides the level among the remaining comparisons and stops at the first that fails."""
    made = [Compared((str(i),), "", "", p) for i, p in enumerate(ps)]
    assert {key[0] for key in standing(made, 0.05)} == stand


@pytest.mark.parametrize(
    ("differ", "told"),
    [(["kl"], "model.kl"), (["kl", "beta"], "model.kl, model.beta"), (["a", "b", "c", "d", "e", "f", "g", "h"], "model.*")],
)
def test_in_what_the_sides_differ(printed, free, differ, told):
    """Differing settings are listed by key path, or by their sections if there are many."""
    sides = [{"model": {"kind": "vae", **dict.fromkeys(differ, value)}} for value in ("x", "y")]
    facts = {
        fact.name: replace(fact, settings=side)
        for fact, side in zip((free.facts["vae.test.elbo"], free.facts["mc.test.elbo"]), sides, strict=True)
    }
    given = replace(free, facts=facts, header=replace(free.header, appendix=True))
    (row,) = rows(printed('{{ verdict("vae.test.elbo", "mc.test.elbo", by="model") }}', given))[1:]
    assert row.rpartition("tak | ")[2].strip(" |") == told


def test_what_holds_of_the_trainings_alone_is_starred(printed, free):
    """A comparison limited to these trainings is marked with an asterisk, explained once above the table."""
    facts = {name: replace(fact, measurements=fact.measurements[:2]) for name, fact in free.facts.items()}
    told = printed(VERDICT, replace(free, facts=facts, header=replace(free.header, appendix=True)))
    assert "vae / mc: test.elbo* | 2," in rows(told)[1]
    assert told.count("* (w tych przebiegach uczenia)") == 1
    assert told.rindex("(w tych przebiegach uczenia)") < told.index("| vae / mc")
