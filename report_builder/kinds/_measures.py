"""What a probe and a metric are: weights -> arrays, arrays -> values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from report_builder.errors import Problem, ReportError
from report_builder.kinds._data import ImageData, Layout
from report_builder.kinds._models import Better, Term, Trained
from report_builder.kinds._registry import Declared, P
from report_builder.records import frozen, named

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds._figures import Subject

Arrays: TypeAlias = "Mapping[str, np.ndarray]"

Noise: TypeAlias = Literal["images", "draws", "fixed", "exact"]
FROM_RUN = ("history", "progress", "costs", "layers")  # what a run answers itself, in place of a probe
CLOSE = 1e-3  # of the larger of mean and deviation: how far a value in single precision may be from the mean of its samples
LONGEST = 200  # letters of a unit, or of what is said of a reduction


@frozen
class ProbeRequest:
    """Asks for named arrays: a probe kind with parameters, of a run (or of a data set alone).

    Four kinds are answered from the run itself: `history`, one array of shape `(epochs,)` for each logged term; `progress`,
    samples of fixed noise before the first and after each epoch; `costs`, numbers of shape `()`: parameters, seconds, memory;
    `layers`, what the model consists of (see `layer_arrays`).
    `judge` is the run of a classifier that the probe asks. `needs` names what the model must provide beside what the probe
    itself needs. The plan fills in `noise`, that of the images or values which the probe gives, `splits`, the parts of the
    data whose images are looked at, and `terms`, what the run logs, by name. None of these four is part of a key.
    """

    kind: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    run: str | None = None
    data: str | None = None
    judge: str | None = None
    needs: frozenset[str] = frozenset()
    noise: Noise = "images"
    splits: tuple[str, ...] = ()
    terms: Mapping[str, Term] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises ReportError where the kind, which an experiment may give, is no name."""
        if not isinstance(self.kind, str) or not self.kind:
            step = "For example {kind: samples, n: 100}."
            raise ReportError(Problem("probe", "a probe is named by its kind", repr(self.kind), next_step=step))


@frozen
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


@named
class Probe(Declared[P]):
    """`measures/probes/<name>.py`: weights and data -> arrays, in a worker.

    Attributes:
        measure: model, data, parameters -> named arrays, each documented with shape, dtype and range; the model is None for a
            probe that needs none.
        judged: in place of `measure`, of a probe that asks a trained classifier: it is the last argument.
        needs: what the model must provide, `a|b`: one of the two; empty: data alone.
        needs_for: what it must provide for these parameters beside `needs`.
        judge_needs: what the judge's model must provide beside `classify`.
        uses: other probes whose code counts.
        fitted: the parameters with what the layout tells written out. Raises ReportError where the data cannot be asked so.
        of_judge: the same for the layout of the judge's data.
        latent_dim: dimensions of the latent space that it draws in: a model with another number is refused by the plan.
        noise: of what chance the values of what it gives speak (see `Quantity`): images of the data, or draws.
    """

    measure: Callable[[Trained, ImageData, P], Arrays] | None = None
    judged: Callable[[Trained, ImageData, P, Judge], Arrays] | None = None
    needs: frozenset[str] = frozenset()
    needs_for: Callable[[P], frozenset[str]] = lambda _: frozenset()
    judge_needs: frozenset[str] = frozenset()
    uses: Callable[[P], Sequence[str]] = lambda _: ()
    fitted: Callable[[P, Layout], P] = lambda parameters, _: parameters
    of_judge: Callable[[P, Layout], P] = lambda parameters, _: parameters
    latent_dim: int | None = None
    noise: Callable[[P], Noise] = lambda _: "images"

    def __post_init__(self) -> None:
        """Raises TypeError where there is not one function that measures."""
        super().__post_init__()
        if (self.measure is None) == (self.judged is None):
            raise TypeError("a probe has either 'measure' or, where it asks a classifier, 'judged'")

    def all_needs(self, parameters: P) -> frozenset[str]:
        """What the model must provide for these parameters."""
        return frozenset(self.needs) | self.needs_for(parameters)

    def arrays(self, model: Trained, data: ImageData, parameters: P, judge: Judge | None = None) -> Arrays:
        """The named arrays."""
        if self.judged is not None and judge is not None:
            return self.judged(model, data, parameters, judge)
        if self.measure is None:
            raise ReportError(Problem("", f"'{self.name}' asks a trained classifier, and none was given"))
        return self.measure(model, data, parameters)


@frozen
class Quantity:
    """What a metric measures, known before anything is measured.

    Attributes:
        name: last part of the fact's name.
        unit: printed unit, or "".
        better: which direction is better: "higher", "lower", or "none".
        noise: what chance there is in it beside the seed. "images": its values are of images of the data, the same for each
            run; "draws": of what each training draws anew; "fixed": of a lattice, the history, time: only seeds speak;
            "exact": counts that no chance touches.
        reduction: how the number is reduced, e.g. "sum over pixels, mean over images". Where it names pixels or classes, runs
            on images of another size, or on another number of classes, are not compared.
        title: key of the word under which it is printed, where that is not its name.
        noun: what a sentence calls it: a key of `nouns` in the languages' files, perhaps with what stands in it
            ("code_range 1"), or the forms by language: `{"pl": "f|ostrość|ostrości"}`; without one its name.
    """

    name: str
    unit: str = ""
    better: Better = "none"
    noise: Noise = "images"
    reduction: str = ""
    title: str = ""
    noun: str | Mapping[str, str] = ""

    def __post_init__(self) -> None:
        """Raises ValueError or TypeError for what no fact can be, where it is made: in the metric's own line."""
        for word, given, known in (("better", self.better, get_args(Better)), ("noise", self.noise, get_args(Noise))):
            if given not in known:
                raise ValueError(f"{word} is {given!r}, and must be one of: {', '.join(known)}")
        if not (isinstance(self.name, str) and re.fullmatch(r"\w[\w.-]*", self.name)):
            raise ValueError(f"the name of a value consists of letters, digits and '_', not {self.name!r}")
        if not (_is_short(self.unit) and _is_short(self.reduction)):
            raise ValueError(f"unit and reduction must be short texts, not {self.unit!r} and {self.reduction!r}")
        forms = self.noun.items() if isinstance(self.noun, Mapping) else [(self.noun, "")]
        if not all(_is_short(part) for form in forms for part in form):
            raise ValueError(f"a noun is a key, or its forms by language, not {self.noun!r}")
        if isinstance(self.noun, Mapping) and not all(text.partition("|")[2] for text in self.noun.values()):
            raise ValueError(f"a noun begins with its gender, or s or p, such as 's|sharpness', and is {self.noun!r}")


def _is_short(text: str) -> bool:
    return isinstance(text, str) and text.isprintable() and len(text) <= LONGEST


@frozen
class Measured:
    """The number of a quantity.

    Attributes:
        value: the number, or a word.
        n: how many images (or epochs) it was measured on.
        samples: the values for each image whose mean is `value`, shape `(n,)`, for comparisons; None for any other statistic.
        units: ids of the images on which each sample rests, int64 `(n,)`, or `(n, k)` where it rests on k of them; None:
            sample i is image i, each once.
        given: of the reduction what only the data tells, e.g. the distribution of the pixels.
        title: in place of the quantity's, where only the data tells what it is called.
        caution: what a reader of the number must know, as a warning; empty: nothing.
    """

    value: float | str
    n: int
    samples: np.ndarray | None = None
    units: np.ndarray | None = None
    given: str = ""
    title: str = ""
    caution: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError or TypeError for what no fact can be, where it is made: in the metric's own line."""
        import numpy as np

        if not isinstance(self.value, str | Real):
            raise TypeError(f"a value is no number and no word but {type(self.value).__name__}")
        if not isinstance(self.n, Integral) or self.n < 0:
            raise ValueError(f"n must be a number of images, not {self.n!r}")
        if self.samples is not None and not (isinstance(self.samples, np.ndarray) and self.samples.ndim == 1):
            raise ValueError("samples are an array of shape (n,)")
        if self.samples is not None and isinstance(self.value, Real) and len(self.samples):
            mean, deviation = (float(of(dtype="float64")) for of in (self.samples.mean, self.samples.std))
            if abs(mean - self.value) > CLOSE * max(abs(mean), deviation):
                rule = "samples are values whose mean is the value"
                raise ValueError(f"{rule} ({mean:.6g}, not {self.value:.6g}): leave them out of any other statistic")
        if self.units is not None and (self.samples is None or len(self.units) != len(self.samples)):
            raise ValueError("units are ids of the images of the samples: as many as these")
        if not _is_short(self.given):
            raise ValueError(f"'given' must be a short text, not {self.given!r}")

    @classmethod
    def mean(cls, samples: np.ndarray, units: np.ndarray | None = None, given: str = "") -> Measured:
        """The mean of samples `(n,)`."""
        return cls(float(samples.mean(dtype="float64")), len(samples), samples, units, given)


@named
class Metric(Declared[P]):
    """`measures/metrics/<name>.py`: arrays -> values, in NumPy.

    Attributes:
        reads: what must be measured for one run, by names of its own; `run` is filled in by the plan.
        values: what `measure` will give, known before it runs, in the order of the facts; the requests are as the plan resolved
            them.
        measure: arrays by the names of `reads`, parameters -> the number of each quantity, by its name.
        of_figure: the request for the images of a figure, where it is not the figure's own.
        check: called when the plan is made with what is known of the run or data set: raises ReportError where it cannot be
            measured so.
    """

    reads: Callable[[P], Mapping[str, ProbeRequest]]
    values: Callable[[P, Mapping[str, ProbeRequest]], Sequence[Quantity]]
    measure: Callable[[Mapping[str, Arrays], P], Mapping[str, Measured]]
    of_figure: Callable[[P, ProbeRequest], ProbeRequest] = lambda _, request: request
    check: Callable[[P, Subject], None] = lambda *_: None
