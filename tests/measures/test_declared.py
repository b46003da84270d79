"""Declarations of every probe and metric: units and directions decide wording, defaults and bounds the default measurements."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from report_builder.kinds import METRICS, PROBES, ProbeRequest

TABLE = yaml.safe_load((Path(__file__).parent / "declared.yaml").read_text(encoding="utf-8"))
BOUNDS = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<", "minItems": "items >="}

SHEET = {"images": ProbeRequest("interpolation", {"pairs": [[0, "b"]], "indices": None})}  # the images of a figure
WAYS: dict[str, tuple[str, dict[str, Any]]] = {  # metrics whose parameters take another path than the defaults
    "attribute_effect, judged": ("attribute_effect", {"attribute": "Wavy hair", "judge": "eyes", "multiple": 2}),
    "class_agreement, ends": ("class_agreement", {"of": "sheet", "ends": True, "k": 7}),
    "class_agreement, pairs": ("class_agreement", {"probe": {"kind": "interpolation", "pairs": [[0, "b"], [1, 1]]}}),
    "class_agreement, of a figure": ("class_agreement", {"of": "sheet", "judges": 9}),
    "class_asked, classes": ("class_asked", {"probe": {"kind": "conditional_samples", "classes": ["T-shirt/top", 3]}}),
    "code_deviations, axes": ("code_deviations", {"axes": 3}),
    "code_prior_distance, means": ("code_prior_distance", {"codes": "mean"}),
    "code_prior_distance, drawn": ("code_prior_distance", {"codes": "drawn", "seed": 3}),
    "coverage, large neighbourhoods": ("coverage", {"k": 150, "split": "train"}),
    "frechet_distance, of training images": ("frechet_distance", {"split": "train", "n": 50}),
    "latent_use, axes": ("latent_use", {"axes": 2, "threshold": 0.5}),
    "history, terms": ("history", {"terms": ["loss", "val_loss"]}),
    "sharpness, of a figure": ("sharpness", {"of": "sheet"}),
    "sharpness, ends": ("sharpness", {"of": "sheet", "ends": True, "split": "train"}),
}


def parameters(kind: Any, given: dict[str, Any] | None = None) -> Any:
    """Return the required parameters, with these values."""
    required = dict.fromkeys(kind.parameters.model_json_schema().get("required", ()), "judge")
    return kind.parameters.model_validate(required | (given or {}))


def defaults(kind: Any) -> dict[str, Any]:
    """Return the default of each parameter, with its bounds if it has any."""
    given = parameters(kind).model_dump(mode="json")
    fields = kind.parameters.model_json_schema().get("properties", {})
    return {name: " ".join([f"{value}", *bounds(fields[name])]) for name, value in given.items()}


def bounds(field: Any) -> Iterator[str]:
    """Yield the limits and the choices in a field's schema."""
    for part in (field, *field.get("anyOf", ())):
        yield from (f"{sign} {part[key]}" for key, sign in BOUNDS.items() if key in part)
        yield from [f"of {' '.join(part['enum'])}"] if "enum" in part else []


def probe(name: str) -> dict[str, Any]:
    """Return what a probe declares with its defaults."""
    kind = PROBES.get(name)
    asked = parameters(kind)
    needs = [*sorted(kind.all_needs(asked)), *(f"judge: {need}" for need in sorted(kind.judge_needs))]
    known = {"parameters": defaults(kind), "needs": needs, "noise": kind.noise(asked), "uses": [*kind.uses(asked)]}
    return known | ({"latent_dim": kind.latent_dim} if kind.latent_dim else {})


def metric(name: str, given: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return a metric's requests by name, and its quantities with direction, noise, unit, noun and reduction."""
    kind = METRICS.get(name)
    asked = parameters(kind, given)
    requests = kind.reads(asked)
    reads = {
        key: [request.kind, *([{**request.parameters}] if request.parameters else []), *sorted(request.needs)]
        + ([f"judge: {request.judge}"] if request.judge else [])
        for key, request in requests.items()
    }
    gives = {
        q.name: f"{', '.join(filter(None, (q.better, q.noise, q.unit, q.noun)))}; {q.reduction}"
        for q in kind.values(asked, SHEET | requests)
    }
    return ({} if given else {"parameters": defaults(kind)}) | {"reads": reads, "gives": gives}


@pytest.mark.parametrize("name", PROBES.names())
def test_probes(name: str) -> None:
    """Every probe has the defaults, needs and noise of the table."""
    assert probe(name) == TABLE["probes"].get(name)


@pytest.mark.parametrize("name", METRICS.names())
def test_metrics(name: str) -> None:
    """Every metric has the defaults, requests and quantities of the table."""
    assert metric(name) == TABLE["metrics"].get(name)


@pytest.mark.parametrize("name", WAYS)
def test_ways(name: str) -> None:
    """With parameters that take another path, a metric has the requests and quantities of the table."""
    assert metric(*WAYS[name]) == TABLE["ways"].get(name)
