"""What crosses the boundary of a process: jobs go in, events come out; results are found in the store.

All of it is plain values without paths of a machine. Where a machine keeps things its `Site` says, which is made there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeAlias

from report_builder.errors import Problem, ReportError, RunError
from report_builder.plain import Fields, fields
from report_builder.records import frozen
from report_builder.store import Step, Store, canonical

Engine: TypeAlias = Literal["tensorflow", "light"]
ENGINES: Mapping[str, Engine] = {  # kind of step -> what the process must have imported
    "run": "tensorflow",
    "arrays": "tensorflow",
    "answer": "tensorflow",
    "facts": "light",
    "figure": "light",
}


@frozen
class Job:
    """A step to carry out, with what only this report says of it.

    Attributes:
        step: what is stored under its key.
        label: its name in the report, e.g. `run vae, seed 1`.
        needs: keys of the steps it reads; what is no job of the same call is stored already.
        place: key path of what asks for it, e.g. `figures.codes`; empty where the label says it.
        seconds: how long it will take, about.
        files: digest of each file of the user's own that it executes, by its path from the folder of the experiment.
        gpu: graphics cards that it has for itself; 0: it sees none; None: it takes what there is.
    """

    step: Step
    label: str
    needs: tuple[str, ...] = ()
    place: str = ""
    seconds: float = 0.0
    files: Mapping[str, str] = field(default_factory=dict)
    gpu: int | None = None

    @property
    def key(self) -> str:
        """The step's key."""
        return self.step.key

    @property
    def engine(self) -> Engine:
        """What the process that does it must have imported."""
        return ENGINES[self.step.kind]

    @property
    def threads(self) -> int:
        """Threads that it computes with."""
        return int(self.step.spec.get("threads", 1))

    @property
    def epochs(self) -> int:
        """Epochs that it trains at most; 0 for what is no training."""
        return int(self.step.spec.get("training", {}).get("epochs", 0))


@frozen
class Site:
    """Where a machine keeps what jobs read and write.

    Attributes:
        root: the folder of the store.
        folders: data folders, searched in order.
        beside: folder of the experiment, for kinds of the user's own.
        places: where the files of data lie that the experiment names by a path, by the canonical text of the resolved data.
    """

    root: Path
    folders: tuple[Path, ...] = ()
    beside: Path | None = None
    places: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def store(self) -> Store:
        """The store."""
        return Store(self.root)

    def located(self, data: Fields) -> Fields:
        """Resolved data of a step, with the path where its files are here."""
        path = self.places.get(canonical(data))
        return {**data, "dataset": {**fields(data, "dataset"), "path": path}} if path else data


# --- what happens to a job ----------------------------------------------------------------------------------------------------


@frozen
class Started:
    """A process has begun with it."""

    process: int
    event: Literal["started"] = "started"


@frozen
class Resumed:
    """A training goes on after this epoch; `history` holds a value of each term for each epoch before."""

    epoch: int
    history: Mapping[str, Sequence[float]]
    event: Literal["resumed"] = "resumed"


@frozen
class Epoch:
    """An epoch of a training ended with these values of its terms."""

    epoch: int
    terms: Mapping[str, float]
    event: Literal["epoch"] = "epoch"


@frozen
class Progress:
    """After `epoch` epochs this share of the next one is done, 0 to 1."""

    epoch: int
    share: float
    terms: Mapping[str, float]
    event: Literal["progress"] = "progress"


@frozen
class Done:
    """The step is stored; `reused` where somebody else had stored it meanwhile."""

    reused: bool
    seconds: float
    event: Literal["done"] = "done"


@frozen
class Failed:
    """It failed: the name of the error's class, what it says, and whether the log of the process says more."""

    error: str
    problems: tuple[Problem, ...]
    unforeseen: bool = False
    event: Literal["failed"] = "failed"

    @classmethod
    def by(cls, error: ReportError, *, unforeseen: bool = False) -> Failed:
        """The event of an error."""
        return cls(type(error).__name__, error.problems, unforeseen)

    @property
    def as_raised(self) -> ReportError:
        """The error, with its places as they were said where it was raised."""
        known: list[type[ReportError]] = [ReportError, *ReportError.__subclasses__()]
        return next((kind for kind in known if kind.__name__ == self.error), RunError)(*self.problems)

    def of(self, job: Job) -> ReportError:
        """The error, with its places in the report."""
        places = [p.where or job.place if job.place else ": ".join(filter(None, [job.label, p.where])) for p in self.problems]
        located = (replace(problem, where=place) for problem, place in zip(self.problems, places, strict=True))
        return replace(self, problems=tuple(located)).as_raised


@frozen
class Skipped:
    """It will not be done: something that it needs failed."""

    event: Literal["skipped"] = "skipped"


Event: TypeAlias = Started | Resumed | Epoch | Progress | Done | Failed | Skipped
Emit: TypeAlias = Callable[[Event], None]
OnEvent: TypeAlias = Callable[[Job, Event], None]
