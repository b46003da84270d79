"""The contract of every registered probe and metric."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from report_builder import languages
from report_builder.kinds import METRICS, PROBES, ProbeRequest
from report_builder.kinds.contract import lacks
from report_builder.measures import measure

ALL_PROBES = pytest.mark.parametrize("kind", [kind for _, kind in PROBES], ids=PROBES.names())
ALL_METRICS = pytest.mark.parametrize("kind", [kind for _, kind in METRICS], ids=METRICS.names())
SMALL = {"pairs": [[0, 1]], "corners": [0, 1, 2, 1], "n": 12, "judges": 30, "judge": "reference", "classes": ["one", "two"]}


def small(kind):
    """Return parameters that suit the small data."""
    return kind.parameters.model_validate({key: value for key, value in SMALL.items() if key in kind.parameters.model_fields})


def small_request(request, resolved):
    """Return a request that suits the small data."""
    known = PROBES.get(request.kind).parameters.model_fields if request.kind in PROBES.names() else {}
    return resolved(replace(request, parameters={**{k: v for k, v in SMALL.items() if k in known}, **request.parameters}))


def test_the_registries_are_not_empty():
    """The probes and metrics of the sheet's tasks are found by their file names."""
    probes = {"images", "codes", "reconstructions", "decode_grid", "interpolation", "pair_means", "likelihood"}
    metrics = {"elbo", "reconstruction", "code_statistics", "sharpness", "class_agreement", "history"}
    assert probes | {"conditional_samples", "samples", "classified", "class_scores"} <= set(PROBES.names())
    metrics |= {"accuracy", "class_asked", "cell_asked", "untrained"}
    assert metrics | {"sample_quality", "frechet_distance", "coverage", "recognised"} <= set(METRICS.names())


@pytest.mark.parametrize(("registry", "name"), [(r, name) for r in (PROBES, METRICS) for name in r.names()])
def test_a_kind_lacks_nothing(registry, name):
    """`list --check` finds nothing to criticise in any built-in kind."""
    assert lacks(registry, name) == ()


@ALL_PROBES
def test_a_probe_has_defaults(kind):
    """A probe can be requested by its name alone."""
    assert kind.parameters()


def test_measurements_are_planned_without_heavy_packages(loaded_by_planning):
    """Planning a probe or a metric loads no Matplotlib, TensorFlow or scikit-learn."""
    registries = {"PROBES": PROBES, "METRICS": METRICS}
    given = {key: {name: small(kind).model_dump(mode="json") for name, kind in known} for key, known in registries.items()}
    assert [*filter(None, loaded_by_planning(given))] == []


@ALL_PROBES
def test_a_probe_gives_arrays_that_can_be_stored(kind, answer, tmp_path):
    """The arrays of a probe have plain types, are finite and reproducible, and can be stored without pickles."""
    request = ProbeRequest(kind.name, small(kind).model_dump(mode="json"))
    arrays = answer(request)
    np.savez(tmp_path / "arrays.npz", allow_pickle=False, **arrays)
    again = answer(request)
    with np.load(tmp_path / "arrays.npz", allow_pickle=False) as stored:
        for name, array in arrays.items():
            np.testing.assert_array_equal(stored[name], again[name])
            assert array.dtype.kind in "fiuU"
            assert array.dtype.kind == "U" or np.isfinite(array).all()


@ALL_METRICS
def test_a_metric_has_defaults(kind):
    """Every parameter has a default, except for the judge, which a report must name."""
    assert {name for name, field in kind.parameters.model_fields.items() if field.is_required()} <= {"judge"}


def measured(kind, parameters, answer, resolved, **other):
    """Return what a metric declares and what it measures on the small data; `other` requests replace its own."""
    requests = {name: small_request(request, resolved) for name, request in (kind.reads(parameters) | other).items()}
    return kind.values(parameters, requests), kind.measure({n: answer(r) for n, r in requests.items()}, parameters)


@ALL_METRICS
def test_what_is_measured_was_declared(kind, answer, resolved):
    """What `values` declares without arrays is what `measure` returns, under names that can be part of a fact's name."""
    quantities, found = measured(kind, small(kind), answer, resolved)
    assert [quantity.name for quantity in quantities] == list(found)
    assert all(re.fullmatch(r"[\w-]+", name) for name in found)


@ALL_METRICS
def test_values_say_how_they_came_about(kind, answer, resolved):
    """Every value has a reduction and a number of images, and samples of data images identify their images."""
    quantities, found = measured(kind, small(kind), answer, resolved)
    for quantity in quantities:
        value = found[quantity.name]
        assert quantity.reduction
        assert value.n > 0
        assert value.samples is None or np.shape(value.samples) == (value.n,)
        assert value.samples is None or quantity.noise != "images" or value.units is not None
        assert value.units is None or quantity.noise == "images"


@ALL_METRICS
def test_sentences_know_what_is_measured(kind, resolved):
    """Every quantity has a noun in every language."""
    parameters = small(kind)
    requests = {name: small_request(request, resolved) for name, request in kind.reads(parameters).items()}
    for language in map(languages.load, languages.codes()):
        for quantity in kind.values(parameters, requests):
            unnamed = language.frames.read(language.frames.unnamed, language.metric(quantity.name))
            assert language.noun(quantity.noun, quantity.name) != unnamed, (language.code, quantity.name)


def test_one_name_is_one_quantity(resolved):
    """Metrics that give a value of the same name agree on its unit, title and noun."""
    known = {}
    for _, kind in METRICS:
        parameters = small(kind)
        requests = {name: small_request(request, resolved) for name, request in kind.reads(parameters).items()}
        for quantity in kind.values(parameters, requests):
            said = quantity.unit, quantity.title, quantity.noun
            assert known.setdefault(quantity.name, said) == said, quantity.name


@ALL_METRICS
def test_values_become_the_files_of_a_facts_step(kind, answer, resolved, tmp_path):
    """`facts.json` holds every value, `samples.npz` the samples under the values' names."""
    parameters = small(kind)
    requests = {name: small_request(request, resolved) for name, request in kind.reads(parameters).items()}
    quantities = kind.values(parameters, requests)
    measure(kind, parameters, quantities, {name: answer(request) for name, request in requests.items()}, tmp_path)
    facts = json.loads((tmp_path / "facts.json").read_text())
    assert [fact["name"] for fact in facts] == [quantity.name for quantity in quantities]
    with np.load(tmp_path / "samples.npz", allow_pickle=False) as samples:
        units = {f"{fact['name']}.units" for fact in facts if fact["units"]}
        assert set(samples.files) == {fact["name"] for fact in facts if fact["samples"]} | units


@pytest.mark.parametrize("name", ["sharpness", "class_agreement"])
@pytest.mark.parametrize(
    "probe",
    [
        *("reconstructions", "decode_grid", "interpolation", "pair_means", "images"),
        *("samples", "conditional_samples", "classified"),
    ],
)
def test_images_of_any_probe_can_be_measured(name, probe, answer, resolved):
    """A metric of images can measure those of every probe that gives some, under the declared names."""
    kind = METRICS.get(name)
    parameters = small(kind).model_copy(update={"of": "some-figure"})
    quantities, found = measured(kind, parameters, answer, resolved, images=ProbeRequest(probe))
    assert [quantity.name for quantity in quantities] == list(found)


@pytest.mark.parametrize("name", ["class_asked", "cell_asked"])
def test_images_of_a_figure_can_be_measured(name, answer, resolved):
    """A metric can measure what a figure requests in place of its own probe, under the declared names."""
    kind = METRICS.get(name)
    shown = ProbeRequest("conditional_samples", {"classes": [1, "two"], "positions": "all"}, run="cvae")
    asked = kind.of_figure(small(kind), shown)
    assert asked.run == "cvae"
    quantities, found = measured(kind, small(kind), answer, resolved, images=asked)
    assert [quantity.name for quantity in quantities] == list(found)
    assert next(iter(found.values())).n == 8
