"""The grammar of an experiment file.

Models, data sets, probes, metrics and figure kinds are open slots: a `kind` with parameters that the plan checks against the
kind's own schema. Everything else is closed: a key that is not described here is an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from report_builder.plain import Plain
from report_builder.spec.closed import Closed
from report_builder.spec.report import Report
from report_builder.spec.training import Training

LONGEST = 100  # characters of a name, which becomes part of file names
ID = rf"[A-Za-z][A-Za-z0-9_-]{{0,{LONGEST - 1}}}"
Id = Annotated[str, StringConstraints(pattern=f"^{ID}$")]
TaskId = Annotated[str, StringConstraints(pattern=rf"^[A-Za-z0-9][A-Za-z0-9._-]{{0,{LONGEST - 1}}}$")]


def is_id(name: str) -> bool:
    """Whether a name can be an id, and thus part of file names."""
    return re.fullmatch(ID, name) is not None


class Slot(BaseModel):
    """A kind with its parameters, written as `name`, or as `{kind: name, parameter: value}`."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, defer_build=True)

    kind: str = Field(description="Name of the kind, or the path of a Python file of your own next to the experiment.")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Plain) -> Plain:
        return {"kind": value} if isinstance(value, str) else value

    @property
    def parameters(self) -> dict[str, Plain]:
        """Parameters that were given in addition to the documented keys."""
        return dict(self.model_extra or {})


class Data(Closed):
    """A data set, with the steps that prepare it."""

    name: str = Field(default="", description="Name in sentences; default: the data set's own.")
    dataset: Slot = Field(description="Data set to load.")
    otherwise: Slot | None = Field(
        default=None, description="Data set that stands in for it where its files are in no data folder and in no cache."
    )
    steps: list[Slot] = Field(
        default=[], description="Preprocessing steps, in order. Pixels are scaled to [0, 1] when no step says otherwise."
    )


def _check_different(seeds: list[int]) -> list[int]:
    if len(set(seeds)) < len(seeds):
        raise ValueError("each seed may occur only once: the same seed twice is one training")
    return seeds


def _once(ids: list[str]) -> list[str]:
    if len(set(ids)) < len(ids):
        raise ValueError("each part may occur only once")
    return ids


class Run(Closed):
    """One training of one model on one data set, once for each seed."""

    extends: Id | None = Field(default=None, description="Run to inherit settings from; the keys given here override them.")
    name: str = Field(default="", description="Name in figures and sentences; default: the id.")
    data: Id = Field(description="Id of a data set of this file.")
    model: Slot = Field(description="Model kind and its parameters.")
    training: Training = Field(default=Training(), description="How it is trained.")
    seeds: Annotated[list[int], AfterValidator(_check_different)] = Field(
        default=[1], min_length=1, description="One training for each seed."
    )
    threads: int = Field(default=1, ge=1, description="TensorFlow threads; they affect the result, and so the key.")
    gpu: int | None = Field(
        default=None, ge=0, description="GPUs reserved for each training; 0: none; default: all that TensorFlow sees."
    )


SettingPath = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]\w*(\.\w+)*$")]
Axes = dict[SettingPath, Annotated[list[Plain], Field(min_length=1)]]


class Sweep(Closed):
    """One run trained several times with different values of the named settings; each arm is a run `<sweep>-<value>`."""

    run: Id = Field(description="The run whose settings the arms share.")
    over: Axes = Field(
        default={}, description="Key path of a setting, e.g. model.latent_dim -> its values; every combination is an arm."
    )
    zip: Axes = Field(
        default={}, description="Key path of a setting -> its values; the first of each are an arm, the second of each, ..."
    )
    name: str = Field(
        default="", description="Name of each arm, with settings in braces: 'z = {latent_dim}'; default: '<run>, latent_dim 2'."
    )

    @model_validator(mode="after")
    def _has_axes(self) -> Sweep:
        if not self.over and not self.zip:
            raise ValueError("a sweep needs an axis: over: {model.latent_dim: [2, 8]}")
        return self


class Metric(Slot):
    """A measurement of runs (or of data alone) that gives facts."""

    runs: list[Id] = Field(default=[], description="Runs to measure; a sweep stands for all its arms.")
    data: list[Id] = Field(default=[], description="Data sets to measure, for metrics that need no model.")
    of: Id | None = Field(default=None, description="Measure the images of this figure.")


class Figure(Slot):
    """A numbered figure of the report."""

    caption: str = Field(
        default="", description="Caption; default: what its kind shows. Model, data, seed and limits are added from the run."
    )
    width: str = Field(default="100%", pattern=r"^\d+(\.\d+)?(%|cm)$", description="Width on the page, such as 70% or 9cm.")


def columns_for(parts: int, asked: int = 0) -> int:
    """Number of columns for this many figures side by side: as many as asked for, else three, or two for four figures."""
    return min(asked or (2 if parts == 4 else 3), parts)


class Subfigures(Closed):
    """Figures side by side under one number: (a), (b), (c)."""

    parts: Annotated[list[Id], AfterValidator(_once)] = Field(
        min_length=2,
        max_length=12,
        description="Ids of figures in this file, in order; each is drawn at the width of its column.",
    )
    caption: str = Field(default="", description="Caption of the whole; details common to all parts are added from the runs.")
    columns: int = Field(default=0, ge=0, le=3, description="Figures per row; 0: as many as stay legible.")

    @property
    def side_by_side(self) -> int:
        """Number of columns."""
        return columns_for(len(self.parts), self.columns)


class Task(Closed):
    """A task of the lab sheet."""

    title: str = Field(default="", description="Printed after the number of the task.")
    requires: list[str] = Field(
        default=["answer"],
        description="What its section must contain: answer, fig:<id>, tbl:<id>, lst:<id>, eq:<id>, fact:<name>.",
    )


class Parameter(Closed):
    """A value that a command may set with `--set NAME=VALUE`: its default alone, or `{default: ..., pattern: ...}`."""

    default: str | bool | int | float = Field(description="Value unless the command line sets another; it determines the type.")
    pattern: str = Field(default="", description="Regular expression that a text value must match in full.")
    description: str = Field(default="", description="Explanation printed when a command gives an invalid value.")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Plain) -> Plain:
        written = value if isinstance(value, Mapping) else {"default": value}
        known = isinstance(written.get("default", ""), str | int | float)
        if not known:
            raise ValueError("the value of a parameter is a text, a number, true or false")
        return written

    @field_validator("pattern")
    @classmethod
    def _expression(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"this is not a regular expression: {error}") from None
        return pattern


class Experiment(Closed):
    """A whole experiment file, after `extends`, the profile and `--set` are applied."""

    report: Report
    parameters: dict[Id, Parameter] = Field(
        default={}, description="Values that a command may give, by name; they are used in the file as ${name}."
    )
    data: dict[Id, Data] = Field(default={}, description="Data sets by id.")
    runs: dict[Id, Run] = Field(default={}, description="Runs by id.")
    sweeps: dict[Id, Sweep] = Field(default={}, description="Sweeps by id: runs that differ in the named settings.")
    metrics: dict[Id, Metric] = Field(default={}, description="Measurements by id.")
    figures: dict[Id, Figure] = Field(default={}, description="Figures by id.")
    subfigures: dict[Id, Subfigures] = Field(default={}, description="Figures side by side under one number, by id.")
    tasks: dict[TaskId, Task] = Field(default={}, description="Tasks of the sheet by number.")
