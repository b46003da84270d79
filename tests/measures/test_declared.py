"""What every probe and metric declares: units and directions decide words, defaults and bounds what is measured unasked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from report_builder.kinds import METRICS, PROBES

TABLE = yaml.safe_load((Path(__file__).parent / "declared.yaml").read_text(encoding="utf-8"))
BOUNDS = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<", "minItems": "items >="}


def parameters(kind: Any) -> Any:
    """The parameters as a report gives them that names no more than it must."""
    return kind.parameters.model_validate(dict.fromkeys(kind.parameters.model_json_schema().get("required", ()), "judge"))


def defaults(kind: Any) -> dict[str, Any]:
    """Each parameter's default, with its bounds where it has some."""
    given = parameters(kind).model_dump(mode="json")
    fields = kind.parameters.model_json_schema().get("properties", {})
    return {name: " ".join([f"{value}", *bounds(fields[name])]) for name, value in given.items()}


def bounds(field: Any) -> Iterator[str]:
    """The limits and the choices that a field's schema states."""
    for part in (field, *field.get("anyOf", ())):
        yield from (f"{sign} {part[key]}" for key, sign in BOUNDS.items() if key in part)
        yield from [f"of {' '.join(part['enum'])}"] if "enum" in part else []


def probe(name: str) -> dict[str, Any]:
    """What a probe declares, for its defaults."""
    kind = PROBES.get(name)
    asked = parameters(kind)
    needs = [*sorted(kind.all_needs(asked)), *(f"judge: {need}" for need in sorted(kind.judge_needs))]
    known = {"parameters": defaults(kind), "needs": needs, "noise": kind.noise(asked), "uses": [*kind.uses(asked)]}
    return known | ({"latent_dim": kind.latent_dim} if kind.latent_dim else {})


def metric(name: str) -> dict[str, Any]:
    """What a metric declares, for its defaults: requests by name, and quantities with unit, direction, noise and noun."""
    kind = METRICS.get(name)
    asked = parameters(kind)
    requests = kind.reads(asked)
    reads = {
        key: [request.kind, *([{**request.parameters}] if request.parameters else []), *sorted(request.needs)]
        for key, request in requests.items()
    }
    gives = {q.name: ", ".join(filter(None, (q.better, q.noise, q.unit, q.noun))) for q in kind.values(asked, requests)}
    return {"parameters": defaults(kind), "reads": reads, "gives": gives}


@pytest.mark.parametrize("name", PROBES.names())
def test_probes(name: str) -> None:
    """A probe has the defaults, needs and noise of the table."""
    assert probe(name) == TABLE["probes"].get(name)


@pytest.mark.parametrize("name", METRICS.names())
def test_metrics(name: str) -> None:
    """A metric has the defaults, requests and quantities of the table."""
    assert metric(name) == TABLE["metrics"].get(name)
