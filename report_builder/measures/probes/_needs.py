"""What a probe needs of a model, known before anything is measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from report_builder.kinds import PROBES, further_needs


def needs_of(probe: Mapping[str, Any]) -> frozenset[str]:
    """What a model must provide for `{kind: ..., parameters}`; nothing for a kind that there is not."""
    parameters = dict(probe)
    kind = parameters.pop("kind", None)
    if kind not in PROBES.names():
        return frozenset()
    module = PROBES.get(str(kind))
    return frozenset(module.NEEDS | further_needs(module, parameters))
