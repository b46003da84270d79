"""Tables of resolved settings and of facts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report_builder.document.html import html_page
from report_builder.document.office import markdown
from report_builder.document.rendering import render
from report_builder.document.tree import walk
from report_builder.facts import Measurement


def test_settings_table(printed):
    """A table of settings shows the essential ones and those that differ, with labels in the report's language."""
    text = printed('{{ settings_table(["vae", "mc"], caption="Ustawienia.") }}')
    assert "| człon KL | postać zamknięta | estymator Monte Carlo |" in text
    assert "liczba epok:\xa010" in text
    assert "fingerprint" not in text
    assert ": Ustawienia. #tbl:settings" in text


@pytest.mark.parametrize(("longest", "width"), [("a" * 80, "ColWidthDefault"), ("a", "ColWidth")])
def test_a_row_of_many_lines_widens_the_table(composed, free, longest, width):
    """The row of shared settings spans the text width if the columns of the runs would be too narrow for it."""
    cards = {id_: replace(free.runs["vae"], id=id_, name=name) for id_, name in (("vae", longest), ("mc", "b"))}
    document = composed('{{ settings_table(["vae", "mc"]) }}', replace(free, runs={**free.runs, **cards}))
    (made,) = walk(document.blocks, "Table")
    assert {spec[1]["t"] for spec in made["c"][2]} == {width}


def test_preparations_of_data_are_told_apart(material, printed):
    """The data row names the preparation of a data set only if the runs of the table differ in it."""
    marks = {"vae": "MNIST, [0, 1]", "mc": "MNIST, [-1, 1]", "ae": "MNIST, [0, 1]"}
    cards = {id_: replace(card, prepared=marks[id_]) for id_, card in material.runs.items()}
    both = printed('{{ settings_table(["vae", "mc"]) }}', replace(material, runs=cards))
    assert "| MNIST, [0, 1] | MNIST, [-1, 1] |" in both
    one = printed('{{ settings_table(["vae", "ae"]) }}', replace(material, runs=cards))
    assert "dane:\xa0MNIST; " in one


def test_seeds_stand_once(material, printed):
    """Runs with different seeds have one row of seeds, although their settings contain seeds, too."""
    cards = {
        id_: replace(card, settings={**card.settings, "seeds": [i]}) for i, (id_, card) in enumerate(material.runs.items())
    }
    table = '{{ settings_table(["vae", "mc"], caption="Ustawienia.") }}'
    text = printed(table, replace(material, runs=cards))
    assert text.count("ziarna losowości") == 1


def test_what_is_no_setting_of_a_model_has_no_row(material, printed):
    """Versions, seeds, threads, fingerprints and data details are never rows, even if runs differ in them."""
    other = {"versions": {"keras": "3"}, "seed": 2, "seeds": [1], "threads": 4, "data": {"name": "b"}, "fingerprint": "g"}
    other |= {"model": {"kind": "gan", "seeds_of_layers": 3, "beta": 2}, "seedling": 5}
    runs = {"vae": {key: {} if isinstance(value, dict) else 0 for key, value in other.items()}, "mc": other}
    cards = {name: replace(material.runs[name], model="VAE", settings=settings) for name, settings in runs.items()}
    text = printed('{{ settings_table(["vae", "mc"]) }}', replace(material, runs=cards))
    names = [line.split(" | ")[0].removeprefix("| ") for line in text.splitlines() if line.startswith("|")]
    assert names == ["Ustawienie", "seedling", "seeds of layers", "waga β członu KL", "wszystkie modele"]


def test_fact_table(printed):
    """A table of facts has a row for each run, with unit and spread."""
    text = printed('{{ fact_table(["vae", "mc"], [("ELBO", "test.elbo", 1)], caption="W.") }}')
    assert "ELBO [nat/obraz]" in text
    assert "±" in text
    assert ": W. #tbl:facts" in text
    assert "test.elbo" not in printed(
        '{{ fact_table("vae", ["test.elbo"]) }}'
    )  # a column without a head has the name of the value


def test_a_column_may_be_a_fact_alone(printed):
    """A column may be just a fact: headed by its quantity, with the digits that each deviation allows."""
    text = printed('{{ fact_table(["vae", "mc"], ["test.elbo"]) }}').replace("\u00a0", " ")
    assert "ELBO [nat/obraz]" in text
    assert "−158,10 ± 0,10" in text
    assert "−160,70 ± 0,10" in text


def test_a_column_for_each_class(material, printed):
    """An asterisk stands for every class of a share, and for no other fact with the same prefix."""
    base = replace(material.facts["vae.test.elbo"], unit="", noise="fixed", measurements=(Measurement(1, 0.5),))
    nouns = {"asked_3": "asked_class 3", "asked_T-shirt": "asked_class T-shirt", "asked_count": ""}
    facts = [replace(base, name=f"vae.test.{name}", metric=name, noun=noun) for name, noun in nouns.items()]
    given = replace(material, facts={fact.name: fact for fact in facts})
    text = printed('{{ fact_table("vae", [("klasa *", "test.asked_*", 2)]) }}', given)
    assert "|  | klasa 3 | klasa T-shirt |\n| VAE | 0,50 | 0,50 |" in text


@pytest.mark.parametrize(
    ("values", "unit", "digits", "cell"),
    [
        ([96453.0] * 3, "", 0, "| 96 453 |"),
        ([0.1] * 3, "", 1, "| 0,1 |"),  # their mean is another number
        ([98.0, 97.0], "%", 1, "| 97,5 ± 0,7% |"),
        ([98.0] * 2, "%", 0, "| 98% |"),
    ],
)
def test_what_is_the_same_for_all_seeds_has_no_spread(material, printed, values, unit, digits, cell):
    """A value that is equal for all seeds is printed without a spread, and a per cent sign follows it either way."""
    known = material.facts["vae.test.elbo"]
    measurements = tuple(Measurement(seed, value) for seed, value in enumerate(values, start=1))
    facts = {known.name: replace(known, measurements=measurements, unit=unit)}
    table = f'{{{{ fact_table(["vae"], [("x", "test.elbo", {digits})], caption="W.") }}}}'
    text = printed(table, replace(material, facts=facts, tasks={}))
    assert cell in text.replace("\xa0", " ").replace("\u202f", " ")


def test_unknown_fact_in_table(material, write_template):
    """A column that no run has is an unknown fact."""
    (problem,) = render(write_template('{{ fact_table(["vae"], [("x", "test.nothing")]) }}'), material).problems
    assert problem.rule == "unknown fact"


def test_shared_unit(printed):
    """A unit shared by all columns is printed once, in the corner."""
    columns = '[("ELBO", "test.elbo", 1), ("raz jeszcze", "test.elbo", 2)]'
    text = printed(f'{{{{ fact_table(["vae", "mc"], {columns}) }}}}')
    assert "| [nat/obraz] | ELBO | raz jeszcze |" in text


def test_a_unit_in_a_heading_is_not_printed_again(printed):
    """A heading that ends with the unit of its facts stays as it is."""
    text = printed('{{ fact_table(["vae", "mc"], [("ELBO [nat/obraz]", "test.elbo", 1)]) }}')
    assert text.count("[nat/obraz]") == 1


def test_a_schedule_and_a_number_share_a_row(material, printed):
    """The learning rate row names a schedule or gives the number, and unused settings of a schedule have no row."""
    schedule = {"kind": "cosine_decay", "initial_learning_rate": 0.5, "decay_epochs": 7.0, "warmup_epochs": 0.0}
    cards = dict(material.runs)
    settings = {**cards["vae"].settings, "training": {**cards["vae"].settings["training"], "learning_rate": schedule}}
    cards["vae"] = replace(cards["vae"], settings=settings)
    table = '{{ settings_table(["vae", "mc"], caption="Ustawienia.") }}'
    text = printed(table, replace(material, runs=cards))
    assert "| współczynnik uczenia | spadek kosinusowy | 0,001 |" in text
    assert "| początkowy współczynnik uczenia | 0,5 | – |" in text
    assert text.count("| współczynnik uczenia |") == 1
    assert "rozgrzewk" not in text
    for runs in (["vae"], ["vae", "mc"]):  # `only` and `show` mean the schedule, too, by the name that a number has
        chosen = printed(f'{{{{ settings_table({runs}, only=["training.learning_rate"]) }}}}', replace(material, runs=cards))
        assert "| współczynnik uczenia | spadek kosinusowy |" in chosen
        assert "| początkowy współczynnik uczenia | 0,5 |" in chosen
        assert "| liczba epok |" not in chosen


def test_the_epoch_whose_weights_are_measured_is_in_the_table(material, printed):
    """With early stopping the table gives the epoch of the measured weights for each seed, and otherwise no such row."""
    table = '{{ settings_table(["vae", "mc"], caption="Ustawienia.") }}'
    assert "zmierzone wagi" not in printed(table)
    card = material.runs["vae"]
    training = {**card.settings["training"], "early_stopping": {"monitor": "val_loss", "restore_best_weights": True}}
    stopped = replace(card, settings={**card.settings, "training": training}, weights=((7, 12), (9, 10)))
    text = printed(table, replace(material, runs={**material.runs, "vae": stopped}))
    assert "| epoka, z której pochodzą zmierzone wagi | 7 z 12, 9 z 10 | – |" in text


def test_a_single_seed_is_named_as_one(material, printed):
    """The row of seeds is named after one seed if each run has one."""
    cards = {id_: replace(card, seeds=(1,)) for id_, card in material.runs.items()}
    assert "ziarno losowości:\xa01" in printed('{{ settings_table(["vae", "mc"]) }}', replace(material, runs=cards))


def test_what_is_the_same_for_all_runs_stands_together(printed, composed, material, tmp_path):
    """Rows that are equal in all columns are merged into one row in every format; a single such row stays separate."""
    table = '{{ settings_table(["vae", "mc"], caption="Ustawienia.") }}'
    (last,) = [line for line in printed(table).splitlines() if "wszystkie modele" in line]
    assert last.startswith("| wszystkie modele | ")
    assert "liczba epok:\xa010; " in last
    assert "dane:\xa0MNIST; " in last
    document = composed(table, replace(material, tasks={}))
    assert 'colspan="2"' in html_page(document)
    (row,) = [line for line in markdown(document, tmp_path).splitlines() if "wszystkie modele" in line]
    assert row.count("|") == 4
    assert "wszystkie modele" not in printed('{{ settings_table(["vae", "mc"], only=["training.epochs", "model.kl"]) }}')


def test_only_some_settings(printed, material, write_template):
    """`only` chooses the rows and their order, and a setting that no run has is a mistake."""
    text = printed('{{ settings_table(["vae", "mc"], only=["seeds", "model.kl", "model"]) }}')
    rows = [line.split(" | ")[0].strip("| ") for line in text.splitlines()]
    assert rows[:4] == ["Ustawienie", "ziarna losowości", "człon KL", "model"]
    assert "| człon KL | postać zamknięta | estymator Monte Carlo |" in text
    assert "liczba epok" not in text
    (problem,) = render(write_template('{{ settings_table(["vae"], only=["model.kll"]) }}'), material).problems
    assert (problem.rule, problem.received) == ("unknown setting in a table", "'model.kll'")
