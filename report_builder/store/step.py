"""A step and its key, which identifies everything that is stored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from typing import Any

from report_builder.plain import Fields, Plain
from report_builder.records import frozen

KINDS = ("run", "arrays", "facts", "figure", "answer")  # answer: a worker's reply about the user's own code
KEY_LENGTH = 20  # hex digits: 80 bits, short enough to read


def canonical(value: Plain) -> str:
    """Serialise a value as JSON with sorted keys and no spaces, so that equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=list)


def data_name(data: Fields) -> str:
    """Name under which the memo keeps the fingerprint of resolved data."""
    spec = {key: value for key, value in data.items() if key != "fingerprint"}
    return f"data:{hashlib.sha256(canonical(spec).encode()).hexdigest()}"


@frozen
class Step:
    """Everything that determines a stored result, and nothing else.

    Attributes:
        kind: one of `KINDS`.
        inputs: keys of the steps it reads.
        spec: resolved parameters with all defaults filled in; no names, captions or prose.
        code: digest of each source file that determines the result.
    """

    kind: str
    inputs: tuple[str, ...]
    spec: Mapping[str, Any]
    code: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def key(self) -> str:
        """First `KEY_LENGTH` hex digits of the SHA-256 of the canonical JSON of all four attributes."""
        return hashlib.sha256(canonical(self.as_json()).encode()).hexdigest()[:KEY_LENGTH]

    def as_json(self) -> dict[str, Plain]:
        """Return a plain value that can be sent to another process; `Step.from_json` reads it back."""
        return {"kind": self.kind, "inputs": list(self.inputs), "spec": dict(self.spec), "code": dict(self.code)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Step:
        """Rebuild a step from the value returned by `as_json`."""
        return cls(value["kind"], tuple(value["inputs"]), value["spec"], value["code"])
