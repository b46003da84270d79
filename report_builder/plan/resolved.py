"""Parts of a resolved experiment: no open slots, every default filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Generic

from report_builder import kinds, pages
from report_builder.errors import Problem, ReportError, near_miss
from report_builder.kinds import (
    SUBJECT,
    DataStep,
    K,
    Layout,
    Metric,
    Model,
    Parameters,
    ProbeRequest,
    Quantity,
    Role,
    Term,
    Words,
    by_role,
    names_of,
)
from report_builder.pages import Page
from report_builder.plain import Plain
from report_builder.plan.styles import Style
from report_builder.records import frozen
from report_builder.spec import Loaded
from report_builder.spec.grammar import Figure, Run

HISTORY = "history"


@frozen
class Kind(Generic[K]):
    """A closed slot: the name of the kind, its module, and its parameters with all defaults."""

    name: str
    module: K
    parameters: Parameters

    @property
    def file(self) -> Path:
        """Python file of the kind."""
        return self.module.file

    def as_spec(self) -> dict[str, Plain]:
        """The slot as part of a key: `{kind, parameter: value, ...}`."""
        return {"kind": self.name} | self.parameters.model_dump(mode="json")


@frozen
class DataSet:
    """A data set with its steps; `layout` is what is known of it without reading it, None if nothing is."""

    id: str
    name: str
    dataset: Kind[kinds.DataSet[Parameters]]
    steps: tuple[Kind[DataStep[Parameters]], ...]
    layout: Layout | None = None

    def located(self) -> dict[str, Plain]:
        """Resolved data with the paths of its files, without the fingerprint."""
        return {"dataset": self.dataset.as_spec(), "steps": [step.as_spec() for step in self.steps]}

    def as_spec(self) -> dict[str, Plain]:
        """Like `located`, with paths reset to their defaults: where the files lie must not affect the key."""
        model = type(self.dataset.parameters)
        default = {name: model.model_fields[name].default for name in names_of(model, Role.PATH)}
        return self.located() | {"dataset": self.dataset.as_spec() | default}


@frozen
class Training:
    """A run of the experiment file with its model closed; `title` is that of the model or of its preset."""

    id: str
    name: str
    data: DataSet
    model: Kind[Model[Parameters]]
    entry: Run
    title: Words

    @property
    def terms(self) -> dict[str, Term]:
        """Terms that the run logs, by name."""
        return {term.name: term for term in self.model.module.logs(self.model.parameters)}

    @property
    def latent_dim(self) -> int | None:
        """Dimension of the latent code, if the code is one vector."""
        return next(iter(by_role(self.model.parameters, Role.LATENT).values()), None)

    def as_spec(self) -> dict[str, Plain]:
        """Resolved run without data, seed and versions."""
        return {"model": self.model.as_spec(), "training": self.entry.training.model_dump(), "threads": self.entry.threads}


@frozen
class Picture:
    """A figure with its kind closed and its requests checked against the models; `facts` names the facts it shows."""

    id: str
    entry: Figure
    kind: Kind[kinds.Figure[Parameters]]
    requests: Mapping[str, ProbeRequest]
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Measure:
    """A metric of one run (or of one data set): what it reads, and the facts it will give."""

    id: str
    subject: str
    scope: str
    kind: Kind[Metric[Parameters]]
    requests: Mapping[str, ProbeRequest]

    @property
    def method(self) -> str:
        """How it measures, as opposed to what it measures: the parameters that two comparable values must share."""
        what = names_of(type(self.kind.parameters), *SUBJECT)
        parameters = self.kind.parameters.model_dump(mode="json", exclude=set(what))
        return ", ".join(f"{name}={value}" for name, value in sorted(parameters.items()))

    @property
    def judges(self) -> tuple[str, ...]:
        """Ids of the runs that judge."""
        return tuple(dict.fromkeys(request.judge for request in self.requests.values() if request.judge))

    @property
    def splits(self) -> tuple[str, ...]:
        """Parts of the data whose images it reads."""
        return tuple(sorted({split for request in self.requests.values() for split in request.splits}))

    def as_spec(self) -> dict[str, Plain]:
        """The metric as part of the key of its facts; a judge counts by how it was trained, not by its id."""
        spec = self.kind.as_spec()
        return spec | {name: "judge" for name in names_of(type(self.kind.parameters), Role.JUDGE) if spec[name]}

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """Quantities that it will measure.

        Raises:
            ReportError: it cannot be measured with these parameters, or a user's own file is wrong.
        """
        return tuple(self.kind.module.values(self.kind.parameters, self.requests))

    @cached_property
    def facts(self) -> dict[str, Quantity]:
        """Quantity that each of its facts measures, by name of the fact."""
        return {f"{self.subject}.{self.scope}.{quantity.name}": quantity for quantity in self.quantities}


@frozen
class Resolved:
    """An experiment without open slots."""

    loaded: Loaded
    data: Mapping[str, DataSet]
    runs: Mapping[str, Training]
    figures: Mapping[str, Picture]
    measures: tuple[Measure, ...]
    style: Style = field(default_factory=Style)
    page: Page = field(default_factory=pages.named)

    @cached_property
    def measured(self) -> dict[str, Measure]:
        """Metric that gives each fact, by name of the fact."""
        return {name: measure for measure in self.measures for name in measure.facts}

    def parts(self, figure: str) -> tuple[str, ...]:
        """Id of a figure, or the ids of the figures in a group.

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
        """Seeds of a run; (None,) for a data set."""
        run = self.runs.get(subject)
        return tuple(run.entry.seeds) if run else (None,)
