"""Jobs and events as lines of JSON, between processes."""

from __future__ import annotations

import json
from typing import TypeVar

from pydantic import TypeAdapter

from report_builder.jobs import Event, Job, Site

JOB, SITE, EVENT = TypeAdapter(Job), TypeAdapter(Site), TypeAdapter[Event](Event)


T = TypeVar("T")


def written(adapter: TypeAdapter[T], value: T) -> bytes:
    """Serialise a value as a line of JSON; NaN among the terms of a training is preserved."""
    return json.dumps(adapter.dump_python(value, mode="json")).encode() + b"\n"
