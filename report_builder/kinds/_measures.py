"""What a probe and a metric are: weights -> arrays, arrays -> values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from report_builder.errors import Problem, ReportError
from report_builder.kinds._data import ImageData
from report_builder.kinds._registry import Parameters

if TYPE_CHECKING:
    import numpy as np

    Arrays: TypeAlias = Mapping[str, np.ndarray]


BETTER = ("higher", "lower", "none")
LONGEST = 200  # letters of a unit, or of what is said of a reduction


@dataclass(frozen=True)
class ProbeRequest:
    """Asks for named arrays: a probe kind with parameters, of a run (or of a data set alone).

    Four kinds are answered from the run itself: `history`, one array of shape `(epochs,)` for each logged term; `progress`,
    samples of fixed noise before the first and after each epoch; `costs`, numbers of shape `()`: parameters, seconds, memory;
    `layers`, what the model consists of (see `layer_arrays`).
    `judge` is the run of a classifier that the probe asks. `needs` names what the model must provide beside what the probe
    itself needs; it is no part of a key.
    """

    kind: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    run: str | None = None
    data: str | None = None
    judge: str | None = None
    needs: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Raises ReportError where the kind, which an experiment may give, is no name."""
        if not isinstance(self.kind, str) or not self.kind:
            step = "For example {kind: samples, n: 100}."
            raise ReportError(Problem("probe", "a probe is named by its kind", repr(self.kind), next_step=step))


@dataclass(frozen=True)
class Judge:
    """A trained classifier as a probe sees it.

    Attributes:
        classify: images `(n, *image_shape)` in `value_range` -> probabilities `(n, classes)`, float32.
        image_shape: height, width, channels that it was trained on.
        value_range: range of the pixels that it was trained on.
        class_names: names of its classes.
        features: images as above -> what its last layer sees of each `(n, d)`, float32; None: it does not say.
    """

    classify: Callable[[np.ndarray], np.ndarray]
    image_shape: tuple[int, int, int]
    value_range: tuple[float, float]
    class_names: tuple[str, ...]
    features: Callable[[np.ndarray], np.ndarray] | None = None


class ProbeKind(Protocol):
    """`measures/probes/<name>.py`: weights and data -> arrays, in a worker.

    Optional: `needs(parameters)`, what the model must provide for these parameters beside `NEEDS`; `uses(parameters)`, other
    probes whose code counts; `fitted(parameters, layout)`, the parameters with what the layout tells written out;
    `LATENT_DIM`, the dimension of the latent space that it draws in: a model with another `latent_dim` is refused by the plan.
    """

    Parameters: type[Parameters]
    NEEDS: frozenset[str]  # what the model must provide, `a|b`: one of the two; empty: data alone

    def measure(self, model: Any, data: ImageData, parameters: Any) -> Arrays:
        """Named arrays, each documented with shape, dtype and range.

        A probe with `JUDGED = True` has one more argument, `judge: Judge`. Optional: `JUDGE_NEEDS`, what the judge's model must
        provide beside `classify`; `of_judge(parameters, layout)`, the parameters with what the judge's layout tells.
        """


def further_needs(probe: Any, parameters: Mapping[str, Any]) -> frozenset[str]:
    """What a probe needs of the model for these parameters, beside its `NEEDS`: its optional `needs(parameters)`."""
    return frozenset(probe.needs(parameters)) if hasattr(probe, "needs") else frozenset()


@dataclass(frozen=True)
class Value:
    """One measured number, before it knows its run.

    Attributes:
        name: last part of the fact's name.
        unit: printed unit, or "".
        better: which direction is better: "higher", "lower", or "none".
        reduction: how the number was reduced, e.g. "sum over pixels, mean over images".
        n: how many images (or epochs) it was measured on.
        samples: the value for each image, shape `(n,)`, for comparisons; None where there is none.
        paired: whether sample i of every run belongs to the same image (test images do; cells of a decode grid do not).
        title: key of the word under which it is printed, where that is not its name.
        caution: what a reader of the number must know, as a warning; empty: nothing.
    """

    name: str
    value: float | str
    unit: str = ""
    better: str = "none"
    reduction: str = ""
    n: int = 0
    samples: np.ndarray | None = None
    paired: bool = True
    title: str = ""
    caution: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError or TypeError for what no fact can be, where it is made: in the metric's own line."""
        if self.better not in BETTER:
            raise ValueError(f"better is {self.better!r}, and must be one of: {', '.join(BETTER)}")
        if not (isinstance(self.name, str) and re.fullmatch(r"\w[\w.-]*", self.name)):
            raise ValueError(f"the name of a value consists of letters, digits and '_', and is {self.name!r}")
        if not all(
            isinstance(word, str) and word.isprintable() and len(word) <= LONGEST for word in (self.unit, self.reduction)
        ):
            raise ValueError(f"unit and reduction are short texts, and are {self.unit!r} and {self.reduction!r}")
        if not isinstance(self.value, str | Real):
            raise TypeError(f"the value of '{self.name}' is no number and no word but {type(self.value).__name__}")
        if not isinstance(self.n, Integral) or self.n < 0:
            raise ValueError(f"n is a number of images, and is {self.n!r}")
        if self.samples is not None and [*map(type, getattr(self.samples, "shape", ()))] != [int]:
            raise ValueError(f"samples of '{self.name}' are an array of shape (n,)")


class MetricKind(Protocol):
    """`measures/metrics/<name>.py`: arrays -> values, in NumPy.

    Optional: `of_figure(parameters, request)`, the request for the images of a figure, where it is not the figure's own;
    `check(parameters, subject)`, called when the plan is made with what is known of the run (`Subject`) or data set: raises
    ReportError where it cannot be measured so.
    """

    Parameters: type[Parameters]

    def probes(self, parameters: Any) -> Mapping[str, ProbeRequest]:
        """What must be measured for one run; `run` is filled in by the plan."""

    def names(self, parameters: Any, requests: Mapping[str, ProbeRequest]) -> list[str]:
        """Names of the values that `measure` will give, known before it runs; `requests` as the plan resolved them."""

    def measure(self, arrays: Mapping[str, Arrays], parameters: Any) -> list[Value]:
        """The values, each with unit, direction, reduction and n."""
