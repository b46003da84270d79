"""What a resolved experiment consists of: no open slots, every default filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from report_builder.errors import Problem, ReportError, near_miss
from report_builder.kinds import Layout, Parameters, ProbeRequest, Words
from report_builder.plan.styles import Style
from report_builder.spec import Loaded
from report_builder.spec.grammar import Figure, Run

HISTORY, PROGRESS, COSTS, LAYERS = "history", "progress", "costs", "layers"
FROM_RUN = (HISTORY, PROGRESS, COSTS, LAYERS)  # the probes that a run answers itself


@dataclass(frozen=True)
class Kind:
    """A closed slot: the module of the kind, its file, and its parameters with all defaults."""

    name: str
    module: Any
    parameters: Parameters

    @property
    def file(self) -> Path:
        """The Python file of the kind."""
        return Path(self.module.__file__)

    @property
    def network(self) -> Path:
        """The Keras code of a model: beside the package's description of it, or the user's own file itself."""
        return self.file.with_name("network.py") if self.file.name == "__init__.py" else self.file

    @property
    def code(self) -> tuple[Path, ...]:
        """The Keras code of a model, and the files of `models/` that it imports for these parameters alone."""
        further = self.module.files(self.parameters) if hasattr(self.module, "files") else ()
        return (self.network, *(self.network.parents[1] / file for file in further))

    def as_spec(self) -> dict[str, Any]:
        """What goes into a key: `{kind, parameter: value, ...}`."""
        return {"kind": self.name} | self.parameters.model_dump(mode="json")


@dataclass(frozen=True)
class DataSet:
    """A data set with its steps; `layout` is what is known of it without reading it, None where nothing is."""

    id: str
    name: str
    dataset: Kind
    steps: tuple[Kind, ...]
    layout: Layout | None = None

    def located(self) -> dict[str, Any]:
        """Resolved data, without the fingerprint."""
        return {"dataset": self.dataset.as_spec(), "steps": [step.as_spec() for step in self.steps]}

    def as_spec(self) -> dict[str, Any]:
        """The same for a key: the `path` of a built-in data set, which only says where the bytes lie, is the default one."""
        place = type(self.dataset.parameters).model_fields.get("path")
        if place is None or self.dataset.name.endswith(".py"):
            return self.located()
        spec = self.located()
        return spec | {"dataset": spec["dataset"] | {"path": place.default}}


@dataclass(frozen=True)
class Training:
    """A run of the experiment file with its model closed; `title` is that of the model or of its preset."""

    id: str
    name: str
    data: DataSet
    model: Kind
    entry: Run
    title: Words

    def as_spec(self) -> dict[str, Any]:
        """Resolved run without data, seed and versions."""
        return {"model": self.model.as_spec(), "training": self.entry.training.model_dump(), "threads": self.entry.threads}


@dataclass(frozen=True)
class Picture:
    """A figure with its kind closed and its requests checked against the models; `facts` are the names of those it shows."""

    id: str
    entry: Figure
    kind: Kind
    requests: Mapping[str, ProbeRequest]
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Measure:
    """A metric of one run (or of one data set): what it reads, and the facts it will give."""

    id: str
    subject: str
    scope: str
    kind: Kind
    requests: Mapping[str, ProbeRequest]

    @property
    def method(self) -> str:
        """How it measures, apart from what it measures: the parameters that put two values on one scale."""
        parameters = self.kind.parameters.model_dump(mode="json", exclude={"of", "probe", "split", "n", "ends"})
        return ", ".join(f"{name}={value}" for name, value in sorted(parameters.items()))

    @property
    def judges(self) -> tuple[str, ...]:
        """Ids of the runs that judge."""
        return tuple(dict.fromkeys(request.judge for request in self.requests.values() if request.judge))

    @property
    def splits(self) -> tuple[str, ...]:
        """Parts of the data whose images it looks at."""
        asked = [request.parameters for request in self.requests.values()]
        asked += [inner for parameters in asked if isinstance(inner := parameters.get("images"), Mapping)]
        seen = [p for p in asked if "images" not in p and p.get("z", "encoded") == "encoded"]  # another z is drawn, not seen
        return tuple(sorted({str(p["split"]) for p in seen if p.get("split")}))

    def as_spec(self) -> dict[str, Any]:
        """What goes into the key of its facts: the judge counts by what was trained, not by its id."""
        spec = self.kind.as_spec()
        return spec | ({"judge": "judge"} if spec.get("judge") else {})

    def names(self) -> Iterator[tuple[str, str]]:
        """Pairs of fact name and metric name."""
        for name in self.kind.module.names(self.kind.parameters, self.requests):
            yield f"{self.subject}.{self.scope}.{name}", name


def used_by(probe: Any, parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """Other probes whose code determines the arrays: the probe's optional `uses(parameters)`."""
    return tuple(probe.uses(parameters)) if hasattr(probe, "uses") else ()


@dataclass(frozen=True)
class Resolved:
    """An experiment without open slots."""

    loaded: Loaded
    data: Mapping[str, DataSet]
    runs: Mapping[str, Training]
    figures: Mapping[str, Picture]
    measures: tuple[Measure, ...]
    style: Style = field(default_factory=Style)

    @cached_property
    def measured(self) -> dict[str, Measure]:
        """The metric that gives each fact, by the fact's name."""
        return {name: measure for measure in self.measures for name, _ in measure.names()}

    def parts(self, figure: str) -> tuple[str, ...]:
        """The id of a figure, or those of the figures of a group.

        Raises:
            ReportError: there is no such figure.
        """
        groups = self.loaded.experiment.subfigures
        if figure in groups:
            return tuple(groups[figure].parts)
        if figure not in self.figures:
            known = near_miss(figure, [*self.figures, *groups])
            raise ReportError(Problem(self.loaded.where("figures"), "unknown figure", repr(figure), known))
        return (figure,)

    def seeds(self, subject: str) -> tuple[int | None, ...]:
        """The seeds of a run; (None,) for a data set."""
        run = self.runs.get(subject)
        return tuple(run.entry.seeds) if run else (None,)
