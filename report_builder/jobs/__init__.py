"""Messages between processes: jobs go in, events come out; results are found in the store.

All messages are plain values without machine-dependent paths. Each machine describes its own folders in a `Site`.
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
ENGINES: Mapping[str, Engine] = {  # kind of step -> libraries that the process must have loaded
    "run": "tensorflow",
    "arrays": "tensorflow",
    "answer": "tensorflow",
    "facts": "light",
    "figure": "light",
}


@frozen
class Job:
    """A step to carry out, together with what is specific to this report.

    Attributes:
        step: the step, stored under its key.
        label: its name in the report, e.g. `run vae, seed 1`.
        needs: keys of the steps it reads; those that are not jobs of the same call are already stored.
        place: key path of the entry that requires it, e.g. `figures.codes`; empty if the label is enough.
        seconds: estimated duration.
        files: digest of each of the user's own files that it executes, by path relative to the experiment's folder.
        gpu: number of GPUs reserved for it; 0: it sees none; None: it uses whatever is available.
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
        """Key of the step."""
        return self.step.key

    @property
    def engine(self) -> Engine:
        """Libraries that the process carrying it out must have loaded."""
        return ENGINES[self.step.kind]

    @property
    def threads(self) -> int:
        """Number of threads that it computes with."""
        return int(self.step.spec.get("threads", 1))

    @property
    def epochs(self) -> int:
        """Maximum number of training epochs; 0 for a step that is not a training."""
        return int(self.step.spec.get("training", {}).get("epochs", 0))


@frozen
class Site:
    """Where a machine keeps what jobs read and write.

    Attributes:
        root: the folder of the store.
        folders: data folders, searched in order.
        beside: folder of the experiment, for the user's own kinds.
        places: paths of the data files that the experiment names by path, by the canonical text of the resolved data.
    """

    root: Path
    folders: tuple[Path, ...] = ()
    beside: Path | None = None
    places: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def store(self) -> Store:
        """Store of this machine."""
        return Store(self.root)

    def located(self, data: Fields) -> Fields:
        """Resolved data of a step, with the path of its files on this machine."""
        path = self.places.get(canonical(data))
        return {**data, "dataset": {**fields(data, "dataset"), "path": path}} if path else data


# --- events of a job ----------------------------------------------------------------------------------------------------------


@frozen
class Started:
    """A process with this PID has started the job."""

    process: int
    event: Literal["started"] = "started"


@frozen
class Resumed:
    """A training continues after this epoch; `history` holds the values of each term in all epochs so far."""

    epoch: int
    history: Mapping[str, Sequence[float]]
    event: Literal["resumed"] = "resumed"


@frozen
class Epoch:
    """An epoch of a training has ended with these values of its terms."""

    epoch: int
    terms: Mapping[str, float]
    event: Literal["epoch"] = "epoch"


@frozen
class Progress:
    """After `epoch` complete epochs, the fraction `share` of the next one is done, from 0 to 1."""

    epoch: int
    share: float
    terms: Mapping[str, float]
    event: Literal["progress"] = "progress"


@frozen
class Done:
    """The step is stored; `reused` if another process had already stored it."""

    reused: bool
    seconds: float
    event: Literal["done"] = "done"


@frozen
class Failed:
    """The job failed, with an error of this class name; `unforeseen` if the log of the process has more details."""

    error: str
    problems: tuple[Problem, ...]
    unforeseen: bool = False
    event: Literal["failed"] = "failed"

    @classmethod
    def by(cls, error: ReportError, *, unforeseen: bool = False) -> Failed:
        """Create the event of an error."""
        return cls(type(error).__name__, error.problems, unforeseen)

    @property
    def as_raised(self) -> ReportError:
        """The error with the places that it was raised with."""
        known: list[type[ReportError]] = [ReportError, *ReportError.__subclasses__()]
        return next((kind for kind in known if kind.__name__ == self.error), RunError)(*self.problems)

    def of(self, job: Job) -> ReportError:
        """Return the error with its places in the report."""
        places = [p.where or job.place if job.place else ": ".join(filter(None, [job.label, p.where])) for p in self.problems]
        located = (replace(problem, where=place) for problem, place in zip(self.problems, places, strict=True))
        return replace(self, problems=tuple(located)).as_raised


@frozen
class Skipped:
    """The job will not be carried out, because something it needs has failed."""

    event: Literal["skipped"] = "skipped"


Event: TypeAlias = Started | Resumed | Epoch | Progress | Done | Failed | Skipped
Emit: TypeAlias = Callable[[Event], None]
OnEvent: TypeAlias = Callable[[Job, Event], None]
