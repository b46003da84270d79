"""Whole sentences about two measurements, in each language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from report_builder import languages
from report_builder.document.composing import compose
from report_builder.document.material import Header, Material, RunCard
from report_builder.document.rendering import render
from report_builder.facts import Fact, Measurement

SAID = yaml.safe_load(Path(__file__).with_name("comparisons.yaml").read_text(encoding="utf-8"))
HIGH, LOW, WIDE, NEAR = (0.81, 0.812, 0.808), (0.65, 0.66, 0.64), (0.81, 0.7, 0.9), (0.8, 0.75, 0.82)
MORE, LESS = (119.1, 119.4, 119.3), (112.3, 112.5, 112.1)
ERROR = {"metric": "reconstruction_bce", "unit": "nats/image", "better": "lower"}
CASES: Mapping[str, tuple[Sequence[float], Sequence[float], Mapping[str, Any], str]] = {
    "greater": (HIGH, LOW, {}, ""),
    "smaller": (LOW, HIGH, {}, ""),
    "better": (LESS, MORE, ERROR, ""),
    "worse": (MORE, LESS, ERROR, ""),
    "same": (WIDE, NEAR, {}, ""),
    "alike": (HIGH, HIGH[::-1], {}, ", at_least=0.1"),
    "open": (WIDE, NEAR, {}, ", at_least=0.1"),
    "over": (HIGH, LOW, {}, ", at_least=0.05"),
    "equal": ((5.0,) * 3, (5.0,) * 3, {"metric": "trainable_parameters", "noise": "exact"}, ""),
    "unnamed": (HIGH, LOW, {"metric": "edges"}, ""),
    "percent": (HIGH, LOW, {"metric": "class_agreement", "better": "higher"}, ", percent=True"),
}


def fact(run: str, values: Sequence[float], *, metric: str = "sharpness", **known: Any) -> Fact:
    """Fact with three seeds."""
    measured = tuple(Measurement(seed, value) for seed, value in enumerate(values, start=1))
    common: dict[str, Any] = {"noise": "fixed", "split": "grid", "data": "d", "n": 10, "settings": {"model": {"kind": run}}}
    return Fact(f"{run}.grid.{metric}", metric, measured, run=run, **common | known)


def of(*facts: Fact, language: str = "pl") -> Material:
    """The material with these facts of `vae` and `ae`."""
    runs = {name: RunCard(name, name.upper(), name, "MNIST", (1, 2, 3), {}) for name in ("vae", "ae")}
    return Material("lab", Header("Lab", language), {each.name: each for each in facts}, runs, {}, {}, {})


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("language", languages.codes())
def test_every_sentence(write_template: Callable[..., Path], language: str, case: str) -> None:
    """Each language states each verdict in each of its variants as a native reader would."""
    a, b, known, options = CASES[case]
    given = of(fact("vae", a, **known), fact("ae", b, **known), language=language)
    call = f'{{{{ compare("vae", "ae", "grid.{known.get("metric", "sharpness")}"{options}) }}}}'
    rendered = render(write_template("\n".join([call] * 3)), given)
    assert not rendered.problems
    assert [*dict.fromkeys(rendered.plain.replace("\u00a0", " ").splitlines())] == SAID[language][case]


def test_every_frame_has_turns() -> None:
    """The reference sentences cover every frame of every language."""
    for language in languages.codes():
        told = {relation: len(frames) for relation, frames in languages.load(language).frames.sentences.items()}
        assert {relation: len(SAID[language][relation]) for relation in told} == told


def test_a_sentence_is_bound(write_template: Callable[..., Path]) -> None:
    """A sentence with a comparison is bound, ends correctly, and has no findings; adjacent ones are worded differently."""
    given = of(fact("vae", HIGH), fact("ae", LOW))
    call = '{{ compare("vae", "ae", "grid.sharpness") }}'
    document = compose(render(write_template(f"Zmierzono obrazy. {call} {call} Opis jest niżej."), given), given)
    assert [one.status for one in document.judged.sentences] == ["theory", "bound", "bound", "theory"]
    assert document.judged.sentences[1].text.startswith("Ostrość obrazów jest większa dla modelu VAE (0,810")
    assert not document.findings


@pytest.mark.parametrize("language", languages.codes())
def test_the_scope_is_said(material: Material, write_template: Callable[..., Path], language: str) -> None:
    """With fewer than three seeds on a side, the sentence is limited to these trainings."""
    facts = {name: replace(each, measurements=each.measurements[:1]) for name, each in material.facts.items()}
    given = replace(material, facts=facts, header=replace(material.header, language=language))
    plain = render(write_template('{{ compare("vae", "mc", "test.elbo") }}'), given).plain
    assert languages.load(language).word("verdict.these_trainings") in plain
    assert plain[-1] in ".。"


def test_the_scope_of_models_is_not_said_of_two_seeds(composed: Callable[..., Any], material: Material) -> None:
    """A statement on models with fewer than three seeds is a finding."""
    facts = {name: replace(each, measurements=each.measurements[:2]) for name, each in material.facts.items()}
    call = '{{ compare("vae", "mc", "test.elbo", scope="models") }}'
    (finding,) = composed(call, replace(material, facts=facts, tasks={})).findings
    assert "fewer than three seeds" in finding.received
    assert not composed(call, replace(material, tasks={})).findings


def test_what_is_compared_in_the_author_s_words(write_template: Callable[..., Path]) -> None:
    """Two facts of one run are compared in the author's words; without them the message says what is missing."""
    means, ends = (replace(fact("vae", v), name=f"vae.{s}.sharpness", split=s) for s, v in (("means", HIGH), ("ends", LOW)))
    call = '{{ compare("vae.means.sharpness", "vae.ends.sharpness", of=("dla *średnich* kodów", "dla końców")) }}'
    given = of(means, ends)
    rendered = render(write_template(call), given)
    assert rendered.plain.startswith("Ostrość obrazów jest większa dla *średnich* kodów (0,810")
    (problem,) = render(write_template(call.replace(', of=("dla *średnich* kodów", "dla końców")', "")), given).problems
    assert "of=" in problem.next_step
    beside = call.replace("średnich", "najlepszych")
    assert "verdict" in compose(render(write_template(beside), given), given).judged.sentences[0].why


def test_runs_that_differ_in_more_than_one_section(write_template: Callable[..., Path]) -> None:
    """Runs that differ in sections other than the model need a named factor; if one section differs, none is needed."""
    a = fact("vae", HIGH)
    longer = replace(fact("ae", LOW), settings={"model": {"kind": "ae"}, "training": {"epochs": 9}})
    template = write_template('{{ compare("vae", "ae", "grid.sharpness") }}')
    (problem,) = render(template, of(a, longer)).problems
    assert "training" in problem.received
    assert not render(template, of(a, fact("ae", LOW))).problems


def test_own_nouns(write_template: Callable[..., Path]) -> None:
    """A metric's own noun is inflected in the languages it supports; elsewhere its name is used in a separate frame."""
    noun = {"pl": "p|krawędzie|krawędzi", "en": "p|edges"}
    facts = [fact(run, values, metric="edges", noun=noun) for run, values in (("vae", HIGH), ("ae", LOW))]
    template = write_template('{{ compare("vae", "ae", "grid.edges") }}')
    said = {code: render(template, of(*facts, language=code)).plain for code in ("pl", "en", "de")}
    assert said["pl"].startswith("Krawędzie są większe dla modelu VAE")
    assert said["en"].startswith("The edges are greater for VAE")
    assert said["de"].startswith("Die Messgröße „edges“ ist bei VAE größer")


def test_what_is_not_measured(unmeasured: Material, write_template: Callable[..., Path]) -> None:
    """Before the measurement the sentence says so, and ends."""
    rendered = render(write_template('{{ compare("vae", "mc", "test.elbo") }}'), unmeasured)
    assert (rendered.plain, rendered.problems) == ("[nie zmierzono].", ())


@pytest.mark.parametrize(
    ("values", "others", "said"),
    [
        ((158.04, 158.31, 158.2), (160.8, 160.6, 160.7), ["158,18 ± 0,14", "160,70 ± 0,10"]),
        ((0.953,), (0.951,), ["0,953", "0,951"]),
        ((1234.0,), (1240.0,), ["1234", "1240"]),
        ((4.0, 5.0, 5.0), (8.0, 8.0, 9.0), ["4,67 ± 0,58", "8,33 ± 0,58"]),
        ((158.041,), (158.062,), ["158,04", "158,06"]),
        ((0.0,), (0.0123,), ["0,000", "0,012"]),
    ],
)
def test_digits(write_template: Callable[..., Path], tmp_path: Path, values: Any, others: Any, said: list[str]) -> None:
    """Two digits of the deviation over seeds are printed, otherwise three of the value, enough to show a difference."""
    facts = []
    for run, row in (("vae", values), ("ae", others)):
        files = [tmp_path / f"{run}{seed}.npz" for seed in range(len(row))]
        for file, value in zip(files, row, strict=True):
            np.savez(file, sharpness=value + np.array([-1e-3, 1e-3] * 50))
        measured = [Measurement(s, value, file) for s, (value, file) in enumerate(zip(row, files, strict=True))]
        facts.append(replace(fact(run, row, noise="draws"), measurements=tuple(measured)))
    plain = render(write_template('{{ compare("vae", "ae", "grid.sharpness") }}'), of(*facts)).plain.replace("\u00a0", " ")
    assert [number for number in said if number in plain] == said
