"""What every registered probe and metric must keep."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from report_builder.kinds import METRICS, PROBES, ProbeRequest
from report_builder.measures import measure

ALL_PROBES = pytest.mark.parametrize("kind", [module for _, module in PROBES], ids=PROBES.names())
ALL_METRICS = pytest.mark.parametrize("kind", [module for _, module in METRICS], ids=METRICS.names())
CAPABILITIES = {
    *("encode", "posterior", "likelihood", "decode", "decode_condition", "sample", "sample_condition"),
    *("discriminate", "classify", "features"),
}
SMALL = {"pairs": [[0, 1]], "corners": [0, 1, 2, 1], "n": 12, "judges": 30, "judge": "reference", "classes": ["one", "two"]}


def small(kind):
    """Parameters that suit the small data."""
    return kind.Parameters.model_validate({key: value for key, value in SMALL.items() if key in kind.Parameters.model_fields})


def small_request(request, resolved):
    """A request that suits the small data."""
    known = PROBES.get(request.kind).Parameters.model_fields if request.kind in PROBES.names() else {}
    return resolved(replace(request, parameters={**{k: v for k, v in SMALL.items() if k in known}, **request.parameters}))


def test_the_registries_are_not_empty():
    """The probes and metrics of the sheet's tasks are found by their file names."""
    probes = {"images", "codes", "reconstructions", "decode_grid", "interpolation", "pair_means", "likelihood"}
    metrics = {"elbo", "reconstruction", "code_statistics", "sharpness", "class_agreement", "history"}
    assert probes | {"conditional_samples", "samples", "classified", "class_scores"} <= set(PROBES.names())
    metrics |= {"accuracy", "class_asked", "cell_asked", "untrained"}
    assert metrics | {"sample_quality", "frechet_distance", "coverage", "recognised"} <= set(METRICS.names())


@ALL_PROBES
def test_a_probe_says_what_it_needs(kind):
    """NEEDS names capabilities of models, and every parameter has a default and a description."""
    assert {one for need in kind.NEEDS for one in need.split("|")} <= CAPABILITIES
    assert all(field.description for field in kind.Parameters.model_fields.values())
    assert kind.Parameters()


def test_measurements_are_planned_without_heavy_packages(loaded_by_planning):
    """What every plan calls of a probe or a metric loads no Matplotlib, TensorFlow or scikit-learn."""
    registries = {"PROBES": PROBES, "METRICS": METRICS}
    given = {key: {name: small(kind).model_dump(mode="json") for name, kind in known} for key, known in registries.items()}
    assert [*filter(None, loaded_by_planning(given))] == []


@ALL_PROBES
def test_a_probe_gives_arrays_that_can_be_stored(kind, answer, tmp_path):
    """Arrays are of plain types, finite, the same twice, and survive storing without pickles."""
    request = ProbeRequest(kind.__name__.rpartition(".")[2], small(kind).model_dump(mode="json"))
    arrays = answer(request)
    np.savez(tmp_path / "arrays.npz", allow_pickle=False, **arrays)
    again = answer(request)
    with np.load(tmp_path / "arrays.npz", allow_pickle=False) as stored:
        for name, array in arrays.items():
            np.testing.assert_array_equal(stored[name], again[name])
            assert array.dtype.kind in "fiuU"
            assert array.dtype.kind == "U" or np.isfinite(array).all()


@ALL_METRICS
def test_a_metric_documents_its_parameters(kind):
    """Every parameter has a description, and, but for the judge whom a report must name, a default."""
    assert all(field.description for field in kind.Parameters.model_fields.values())
    assert {name for name, field in kind.Parameters.model_fields.items() if field.is_required()} <= {"judge"}


@ALL_METRICS
def test_the_names_of_facts_are_known_before_anything_is_measured(kind, answer, resolved):
    """What `names` says without arrays is what `measure` gives, in that order, and can be part of a fact's name."""
    parameters = small(kind)
    requests = {name: small_request(request, resolved) for name, request in kind.probes(parameters).items()}
    values = kind.measure({name: answer(request) for name, request in requests.items()}, parameters)
    assert kind.names(parameters, requests) == [value.name for value in values]
    assert all(re.fullmatch(r"[\w-]+", value.name) for value in values)


@ALL_METRICS
def test_values_say_how_they_came_about(kind, answer, resolved):
    """Each value has a direction, a reduction and a number of images; samples are one number for each of them."""
    parameters = small(kind)
    requests = {name: small_request(request, resolved) for name, request in kind.probes(parameters).items()}
    for value in kind.measure({name: answer(request) for name, request in requests.items()}, parameters):
        assert value.better in ("higher", "lower", "none")
        assert value.reduction
        assert value.n > 0
        assert value.samples is None or np.shape(value.samples) == (value.n,)


@ALL_METRICS
def test_values_become_the_files_of_a_facts_step(kind, answer, resolved, tmp_path):
    """`facts.json` holds every value, `samples.npz` the samples under the values' names."""
    parameters = small(kind)
    requests = {name: small_request(request, resolved) for name, request in kind.probes(parameters).items()}
    measure(kind, parameters, {name: answer(request) for name, request in requests.items()}, tmp_path)
    facts = json.loads((tmp_path / "facts.json").read_text())
    assert [fact["name"] for fact in facts] == kind.names(parameters, requests)
    with np.load(tmp_path / "samples.npz", allow_pickle=False) as samples:
        assert set(samples.files) == {fact["name"] for fact in facts if fact["samples"]}


@pytest.mark.parametrize("name", ["sharpness", "class_agreement"])
@pytest.mark.parametrize(
    "probe",
    [
        *("reconstructions", "decode_grid", "interpolation", "pair_means", "images"),
        *("samples", "conditional_samples", "classified"),
    ],
)
def test_images_of_any_probe_can_be_measured(name, probe, answer, resolved):
    """A metric of images measures those of every probe that gives some, with the names it said before."""
    kind = METRICS.get(name)
    parameters = small(kind).model_copy(update={"of": "some-figure"})
    requests = {n: small_request(r, resolved) for n, r in kind.probes(parameters).items()}
    requests["images"] = small_request(ProbeRequest(probe), resolved)
    values = kind.measure({n: answer(r) for n, r in requests.items()}, parameters)
    assert kind.names(parameters, requests) == [value.name for value in values]


@pytest.mark.parametrize("name", ["class_asked", "cell_asked"])
def test_images_of_a_figure_can_be_measured(name, answer, resolved):
    """What a figure asked for is measured in place of the metric's own probe, with the names it said before."""
    kind = METRICS.get(name)
    shown = ProbeRequest("conditional_samples", {"classes": [1, "two"], "positions": "all"}, run="cvae")
    asked = kind.of_figure(small(kind), shown) if hasattr(kind, "of_figure") else shown
    assert asked.run == "cvae"
    requests = {"images": resolved(asked)}
    values = kind.measure({"images": answer(requests["images"])}, small(kind))
    assert kind.names(small(kind), requests) == [value.name for value in values]
    assert values[0].n == 8
