"""Every sentence has a status, and a decidable contradiction is a finding at its line."""

from __future__ import annotations

import importlib.util
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from report_builder.document.html import html_page
from report_builder.document.lexicon import lexicon
from report_builder.document.material import SweepCard
from report_builder.document.statuses import LISTED, Judged, Judgement

ROOT = Path(__file__).resolve().parents[2]
CASES = [
    case
    for name in ("planted", "attacked")
    for case in json.loads((Path(__file__).parent / f"{name}.json").read_text(encoding="utf-8"))
]
SAID = json.loads((Path(__file__).parent / "said.json").read_text(encoding="utf-8"))


def answer(text: str) -> str:
    """Text as an answer."""
    return f"::: answer\n{text}\n:::\n"


@pytest.fixture(scope="module")
def planted():
    """Benchmark of planted lies."""
    spec = importlib.util.spec_from_file_location("planted", ROOT / "benchmarks" / "planted.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["planted"] = module  # where its dataclasses look up their types
    spec.loader.exec_module(module)
    return module


def told(added, id_):
    """Findings of a case, and each of its sentences except the final mark, with reasons and facts."""
    found = [f"error: {one.rule}: {one.received}" for one in added.of(added.document.findings, id_)]
    judged = added.of(added.document.judged.sentences, id_)[:-1]
    return [*found, *(" ".join(filter(None, (one.status, ", ".join(one.why), *one.facts))) for one in judged)]


@pytest.mark.parametrize("language", ["en", "pl", "de", "ru", "zh-Hant"])
def test_planted_lies_are_found_and_correct_prose_is_left_alone(planted, tmp_path, language):
    """Each case of a language is a finding, listed, or neither, as labelled, and for the stored reasons."""
    cases = [case for case in CASES if case["language"] == language]
    added = planted.add(planted.base(language, tmp_path, tmp_path, tmp_path), cases)
    said = {id_: told(added, id_) for id_ in added.lines}
    assert not added.broken
    for case in cases:
        words = {reason.split()[0].strip(":") for reason in said[case["id"]]}
        assert case["label"] == next((label for label in ("error", "listed") if label in words), "fine"), case["id"]
    assert said == {id_: SAID[id_] for id_ in said}


@pytest.mark.parametrize(
    ("text", "rule", "received"),
    [
        ("VAE jest lepszy od AE", "a verdict is typed and bound to no measurement", "lepszy"),
        ("ELBO wynosi −158,5", "a result is typed and bound to no measurement", "−158,5"),
        ("| VAE jest lepszy.", "a verdict is typed and bound to no measurement", "lepszy"),
        ("> VAE jest lepszy.", "a verdict is typed and bound to no measurement", "lepszy"),
        ("[VAE](https://example.org) jest **lep**szy.", "a verdict is typed and bound to no measurement", "lepszy"),
        ("VAE jest lep\u00adszy.", "a verdict is typed and bound to no measurement", "lepszy"),
        ("Zob. rys. 3.", "the number of a figure, table or formula is typed", "rys. 3"),
    ],
)
def test_what_is_typed(composed, free, text, rule, received):
    """A verdict, a result or the number of a figure that is typed into an answer is a finding at its line."""
    (finding,) = composed("początek\n\n" + answer(text), free).findings
    assert (finding.rule, finding.received) == (rule, received)
    assert finding.where.endswith("lab.md:4")


@pytest.mark.parametrize(
    "text",
    [
        'ELBO VAE: {{ fact("vae.test.elbo") }}',
        "przedział $[0, 1]$ i `x[3]`, CIFAR-10, obraz 3x3",
        "Model uczono 20 listopada 2025 r. w środowisku Python 3.12.",
        "Zadanie 2.1 opisano w sekcji 3.2.",
        "::: opinion\nMoim zdaniem VAE jest 2 razy lepszy.\n:::",
        "::: question\nCzy VAE jest lepszy o 3 naty?\n:::",
        "::: stated\nVAE jest lepszy od AE.\n:::",
        "[VAE jest lepszy od AE.]{.stated}",
        'Wynik jest {{ verdict("vae.test.elbo", "mc.test.elbo", by="model.kl") }}.',
        '{{ figure("strip") }}\n\n@fig:strip',
        '{{ settings_table(["vae"], caption="x") }}',
        '{{ listing("vae", "loss") }}',
        "1. pierwszy\n2. drugi",
    ],
)
def test_allowed(composed, free, text):
    """Facts, formulas, code, references, settings, questions, opinions and marked statements are no findings."""
    assert not composed(answer(text), free).findings


@pytest.mark.parametrize(
    ("runs", "rule"),
    [
        ({"mc": "VAE"}, "two runs have the same name"),
        ({"ae": "VAE lepszy"}, "the name of run 'ae' passes a verdict"),
        ({"ae": "GAN"}, "run 'ae' has the name of another kind of model"),
    ],
)
def test_names_of_runs(composed, free, runs, rule):
    """Two runs with one name, a verdict in a name, and the name of another kind of model are findings."""
    cards = {id_: replace(card, name=runs.get(id_, card.name)) for id_, card in free.runs.items()}
    material = replace(free, runs=cards, kinds={"gan": ("GAN",), "autoencoder": ("AE",), "vae": ("VAE",)})
    assert rule in {finding.rule for finding in composed("tekst", material).findings}


@pytest.mark.parametrize(("text", "change"), [("變分自編碼器", False), ("變異數與變數", False), ("影像變了", True)])
def test_a_sign_of_a_longer_word_is_not_that_word(text, change):
    """A single Chinese character means a change only as a word of its own, not inside variational or variance."""
    assert lexicon("zh-Hant").says("change", text) == change


def test_a_variety_bears_the_name_of_its_kind(composed, free):
    """A model whose kind extends another kind's name may have that kind's name, but not vice versa."""
    settings = free.runs["ae"].settings | {"model": {"kind": "autoencoder_tied"}}
    cards = free.runs | {"ae": replace(free.runs["ae"], name="AE", settings=settings)}
    kinds = {"autoencoder": ("AE",), "autoencoder_tied": ("autoencoder tied",), "vae": ("VAE",)}
    assert not composed("tekst", replace(free, runs=cards, kinds=kinds)).findings
    cards["ae"] = replace(cards["ae"], name="AUTOENCODER TIED", settings=free.runs["ae"].settings)
    assert composed("tekst", replace(free, runs=cards, kinds=kinds)).findings


def test_an_arm_that_the_sweep_does_not_have(composed, free):
    """A name in the pattern of a sweep that no arm has is a finding; names of the arms are not."""
    cards = {f"s-{n}": replace(free.runs["vae"], id=f"s-{n}", name=f"CVAE-{n}") for n in (2, 4)}
    material = replace(free, runs={**free.runs, **cards}, sweeps={"s": SweepCard("s", ("s-2", "s-4"), ("model.latent_dim",))})
    found = composed(answer("Wybrano CVAE-4.\n\nWybrano CVAE-8."), material).findings
    assert [finding.received for finding in found] == ["CVAE-8"]


def test_a_head_that_names_something_else(composed, free):
    """A column of validation values under a head that says test is a finding."""
    fact = free.facts["vae.test.elbo"]
    other = replace(fact, name="vae.validation.elbo", split="validation", splits=("validation",))
    material = replace(free, facts={**free.facts, other.name: other})
    table = '{{ fact_table(["vae"], [("ELBO (zbiór testowy)", "%s.elbo", 1)], caption="x") }}\n\n@tbl:facts'
    assert not composed(table % "test", material).findings
    (finding,) = composed(table % "validation", material).findings
    assert finding.rule == "the heading of a column does not match its values"


def test_sentences_have_a_status(composed, free):
    """A sentence is bound, listed, stated, opinion or theory, and the document counts measured and stated ones."""
    text = (
        'ELBO VAE wynosi {{ fact("vae.test.elbo") }}. Kody VAE zawsze się nakładają. [AE bije VAE.]{.stated} '
        "Piksele są binarne."
        "\n\n::: opinion\nVAE jest lepszy.\n:::"
    )
    document = composed(answer(text), replace(free, tally=True))
    assert [one.status for one in document.judged.sentences] == ["bound", "listed", "stated", "theory", "opinion"]
    assert document.judged.tally == (1, 2)
    page = html_page(document)
    assert '<span class="listed" title="(stwierdzenie autora)">Kody VAE zawsze się nakładają. </span>' in page
    assert "AE bije VAE. (stwierdzenie autora)" in page
    assert "porównaniem\u00a0– 1, własne stwierdzenia autora\u00a0– 2" in page


def test_what_measurements_chose_vouches_for_its_sentence(planted, tmp_path):
    """`best` and `count` bind their sentence to the facts of all arms, but not a typed verdict next to them."""
    words = planted.base("en", tmp_path, tmp_path, tmp_path).document
    best, arms = '{{ best("latent", "validation.elbo").name }}', '{{ count("latent.validation.elbo", ">", -200) }}'
    facts = tuple(f"latent-{n}.validation.elbo" for n in (2, 4, 8))
    found = words(f"The largest bound has {best}.\n\nOf all arms {arms} exceed it.\n").judged.sentences
    assert [(one.status, one.facts) for one in found] == [("bound", facts)] * 2
    (finding,) = words(answer(f"{best} is better than AE.")).findings
    assert finding.rule == "a verdict is typed and bound to no measurement"


def test_only_the_sentence_is_underlined_where_no_spaces_part_sentences(composed, free):
    """In a Chinese paragraph, one word to pandoc, only the sentence about results is underlined."""
    material = replace(free, header=replace(free.header, language="zh-Hant"))
    page = html_page(composed(answer("像素為二元值。VAE總是重疊。"), material))
    assert "像素為二元值。<span" in page
    assert ">VAE總是重疊。</span>" in page


def test_strict(composed, free):
    """With `honesty: strict`, a sentence about results that is neither bound nor marked is a finding."""
    strict = replace(free, strict=True)
    (finding,) = composed(answer("Kody VAE zawsze się nakładają."), strict).findings
    assert finding.received == "Kody VAE zawsze się nakładają."
    assert not composed(answer("[Kody VAE zawsze się nakładają.]{.stated}"), strict).findings


def test_wordings_are_read_before_anything_is_measured(composed, free, unmeasured):
    """Wordings that contradict their relation are findings while the facts are placeholders, all of them at once."""
    text = '{{ verdict("vae.test.elbo", "mc.test.elbo", by="model.kl", better="gorszy", worse="lepszy", same="taki sam") }}'
    material = replace(unmeasured, tasks={})
    found = composed(answer(f"Wynik jest {text}."), material, draft=True).findings
    assert [finding.received for finding in found] == ["gorszy", "lepszy"]


@pytest.mark.parametrize(
    ("why", "weight"),
    [
        ((), 0),
        (("run VAE", "verdict"), 6),
        (("comparison", "change", "cause"), 6),
        (("number", "negation", "kind vae"), 8),
        (("quantity elbo", "measure", "observed"), 3),
    ],
)
def test_weight(why, weight):
    """A run, verdict, number or negation weighs most, then a comparison, change or cause, then a mere quantity."""
    assert Judgement(LISTED, "words", "lab.md:1", why).weight == weight


def test_what_says_most_is_listed_first():
    """Listed sentences are ordered by weight; the tally counts the bound ones and the others."""
    given = {"a": ("listed", ("measure",)), "b": ("bound", ("verdict",)), "c": ("listed", ("verdict",)), "d": ("stated", ())}
    made = Judged(tuple(Judgement(status, text, "", why) for text, (status, why) in given.items()))
    assert [one.text for one in made.listed] == ["c", "a"]
    assert made.tally == (1, 3)


def test_a_sentence_in_the_machine_readable_report():
    """The machine-readable report names status, words, place, reasons and facts."""
    made = Judgement(LISTED, "words", "lab.md:1", ("run VAE",), ("vae.test.elbo",))
    known = {"status": "listed", "text": "words", "where": "lab.md:1", "why": ["run VAE"], "facts": ["vae.test.elbo"]}
    assert made.as_json() == known


@pytest.mark.parametrize(
    "before", ["", "First words of some length. ", "One. Two of them. And a third sentence, longer than all. "]
)
def test_a_value_is_read_with_its_own_sentence(composed, free, before):
    """A value next to the name of another quantity is found in any sentence of a paragraph."""
    given = replace(free, header=replace(free.header, language="en"))
    right = composed(answer(before + 'The ELBO is {{ fact("vae.test.elbo") }}, as it was.'), given)
    wrong = composed(answer(before + 'The sharpness is {{ fact("vae.test.elbo") }}, as it was.'), given)
    assert not right.findings
    assert [found.rule for found in wrong.findings] == ["a value of 'elbo' stands where the sentence names another quantity"]


@pytest.mark.parametrize(
    ("other", "found"),
    [
        ({"split": "grid", "splits": ("train",)}, True),
        ({"split": "grid", "n": 7}, True),
        ({"split": "grid"}, False),
        ({"split": "samples", "splits": (), "n": 7}, False),  # generated images: how many is a choice, the interval knows it
        ({"n": 7}, False),  # one split: its number of images is checked by the guard
    ],
)
def test_values_of_different_images(composed, free, other, found):
    """A verdict on two splits with different images, or different numbers of images of the data, is a finding."""
    vae = replace(free.facts["vae.test.elbo"], splits=("test",))
    name = f"vae.{other.get('split', 'more')}.elbo"
    given = replace(free, facts={vae.name: vae, name: replace(vae, name=name, **other)})
    text = f'{{{{ verdict("vae.test.elbo", "{name}", by="split") }}}}'
    rules = [each.rule for each in composed(answer(f"The result is {text}."), given).findings]
    assert ("values of different images are compared" in rules) is found


@pytest.mark.parametrize(
    ("sentence", "status"),
    [
        ("VAE lies beside the others.", "listed"),  # any statement on what a run does
        ("VAE is described here.", "theory"),  # except how it is built
        ("All three terms of the loss are shown.", "theory"),
        ("All three values of the loss are shown.", "listed"),
        ("The terms of the loss are larger.", "listed"),
        ("Training images may be seen.", "theory"),
    ],
)
def test_how_a_network_is_made_is_no_result(composed, free, sentence, status):
    """Statements on the parts of a network are theory, however strong; those on its behaviour or values are listed."""
    given = replace(free, header=replace(free.header, language="en"))
    assert [one.status for one in composed(answer(sentence), given).judged.sentences] == [status]
