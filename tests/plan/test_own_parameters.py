"""Parameters of a file that is not run here are reconstructed from their schema, with the checks of the file."""

from __future__ import annotations

import json
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from report_builder.kinds import Parameters
from report_builder.models._layers import Layers, lists
from report_builder.plan.own_parameters import parameters_of


class Part(BaseModel, extra="forbid"):
    """A nested mapping."""

    size: int = 3
    name: str


class Original(Parameters):
    """One field of each type."""

    whole: int = Field(2, ge=1, lt=9, description="A whole number.")
    number: float | None = Field(None, gt=0)
    mode: Literal["a", "b"] = "a"
    one: Literal["x"] = "x"
    text: str = Field("t", min_length=1, pattern="^[a-z]+$")
    word: str = Field("ab", min_length=2, max_length=3)
    even: int = Field(4, multiple_of=2, gt=0, le=8)
    flag: bool = False
    pair: tuple[int, str] = (1, "a")
    several: tuple[Annotated[int, Field(le=5)], ...] = Field((1, 2), min_length=1, max_length=3)
    listed: list[float] = Field(default_factory=lambda: [0.5])
    named: dict[str, int] = Field(default_factory=dict)
    part: Part = Part(name="p")
    either: int | Literal["all"] = "all"
    layers: Layers = None
    needed: int


def read() -> type[Parameters]:
    """Return the parameter class that the front process makes of what a worker stored."""
    given = {n: f.get_default(call_default_factory=True) for n, f in Original.model_fields.items() if not f.is_required()}
    defaults = {n: TypeAdapter(Original.model_fields[n].annotation).dump_python(v, mode="json") for n, v in given.items()}
    stored = json.loads(json.dumps([Original.model_json_schema(), defaults]))
    return parameters_of(*stored)


def checked(kind: type[Parameters], **given: object) -> Parameters:
    """Validate parameters as the plan does for YAML."""
    return kind.model_validate_json(json.dumps({"needed": 1} | given), strict=True)


GOOD = [
    {},
    {"whole": 8, "number": 1, "mode": "b", "text": "abc", "flag": True, "pair": [3, "b"], "several": [5], "listed": []},
    {"word": "abc", "even": 8},
    {"named": {"a": 1}, "part": {"name": "q"}, "either": 4, "number": 0.25},
    {"layers": ["Flatten", {"kind": "Dense", "units": 3}]},
]
BAD = [
    {"whole": 0},
    {"whole": 9},
    {"whole": 1.5},
    {"whole": "2"},
    {"number": 0},
    {"mode": "c"},
    {"text": ""},
    {"text": "A"},
    {"word": "a"},
    {"word": "abcd"},
    {"even": 3},
    {"even": 0},
    {"even": 10},
    {"flag": 1},
    {"pair": [1]},
    {"several": [6]},
    {"several": []},
    {"several": [1, 2, 3, 4]},
    {"named": {"a": "b"}},
    {"part": {"size": 1}},
    {"part": {"name": "q", "wide": 1}},
    {"either": "none"},
    {"layers": ["Lambda"]},
    {"layers": []},
    {"unknown": 1},
    {"needed": None},
]


@pytest.mark.parametrize("given", GOOD)
def test_what_the_file_takes_is_taken(given) -> None:
    """Valid parameters give the values and defaults of the original, so that a worker's parameters are those of the key."""
    assert checked(read(), **given).model_dump(mode="json") == checked(Original, **given).model_dump(mode="json")


@pytest.mark.parametrize("given", BAD)
def test_what_the_file_refuses_is_refused(given) -> None:
    """Invalid parameters are refused at the same fields as by the original."""

    def errors(kind: type[Parameters]) -> set[object]:
        with pytest.raises(ValidationError) as error:
            checked(kind, **given)
        return {detail["loc"][0] for detail in error.value.errors()}

    assert errors(read()) == errors(Original)


def test_a_required_parameter_is_required() -> None:
    """A required parameter has no default, and its absence is an error."""
    with pytest.raises(ValidationError, match="needed"):
        read().model_validate_json("{}", strict=True)


def test_descriptions_are_kept_for_messages() -> None:
    """Descriptions are kept, and printed with a wrong value."""
    assert read().model_fields["whole"].description == "A whole number."


def test_a_list_of_layers_is_known_as_one() -> None:
    """A list of layers is recognised, so that its files count, its layers are listed, and its shapes are checked."""
    assert [layer.name for layer in lists(checked(read(), layers=["Flatten"]))["layers"]] == ["Flatten"]
