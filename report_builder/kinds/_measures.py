"""Declarations of probes (weights -> arrays) and metrics (arrays -> values)."""

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
FROM_RUN = ("history", "progress", "costs", "layers")  # requests that a run answers itself, without a probe
CLOSE = 1e-3  # tolerance of a value against the mean of its samples, relative to the larger of mean and deviation
LONGEST = 200  # characters of a unit or a reduction


@frozen
class ProbeRequest:
    """Request for named arrays: a probe kind with parameters, for a run (or for a data set alone).

    Four kinds are answered by the run itself: `history`, an array of shape `(epochs,)` for each logged term; `progress`,
    samples of fixed noise before the first and after each epoch; `costs`, numbers of shape `()`: parameters, seconds, memory;
    `layers`, the layers of the model (see `layer_arrays`).

    `judge` is the run of a classifier that the probe asks. `needs` names what the model must provide in addition to what the
    probe itself needs. The plan fills in `noise`, the chance in the images or values that the probe gives, `splits`, the parts
    of the data whose images are read, and `terms`, what the run logs, by name. `needs`, `noise`, `splits` and `terms` are not
    part of any key.
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
        """Raise ReportError if the kind, which may come from an experiment, is not a name."""
        if not isinstance(self.kind, str) or not self.kind:
            step = "For example {kind: samples, n: 100}."
            raise ReportError(Problem("probe", "a probe is named by its kind", repr(self.kind), next_step=step))


@frozen
class Judge:
    """A trained classifier, as a probe sees it.

    Attributes:
        classify: images `(n, *image_shape)` in `value_range` -> class probabilities `(n, classes)`, float32.
        image_shape: height, width, channels of the images that it was trained on.
        value_range: pixel range of the images that it was trained on.
        class_names: names of its classes.
        features: images as above -> input of its last layer `(n, d)`, float32; None: not available.
    """

    classify: Callable[[np.ndarray], np.ndarray]
    image_shape: tuple[int, int, int]
    value_range: tuple[float, float]
    class_names: tuple[str, ...]
    features: Callable[[np.ndarray], np.ndarray] | None = None


@named
class Probe(Declared[P]):
    """Declaration of a probe, in `measures/probes/<name>.py`: weights and data -> arrays, in a worker.

    Attributes:
        measure: model, data, parameters -> named arrays, each documented with shape, dtype and range; the model is None for a
            probe that needs none.
        judged: replaces `measure` in a probe that asks a trained classifier, which is the last argument.
        needs: what the model must provide; `a|b`: either of the two; empty: the data is enough.
        needs_for: what it must provide for these parameters, in addition to `needs`.
        judge_needs: what the judge's model must provide, in addition to `classify`.
        uses: names of other probes whose code it runs, for its key.
        fitted: the parameters, completed from the layout of the data; raises ReportError if they do not suit that data.
        of_judge: the same for the layout of the judge's data.
        latent_dim: dimension of the latent space that it uses; the plan refuses a model with another one.
        noise: source of chance in the values that it gives (see `Quantity`): images of the data, or draws.
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
        """Raise TypeError unless there is exactly one function that measures."""
        super().__post_init__()
        if (self.measure is None) == (self.judged is None):
            raise TypeError("a probe has either 'measure' or, where it asks a classifier, 'judged'")

    def all_needs(self, parameters: P) -> frozenset[str]:
        """Everything that the model must provide for these parameters."""
        return frozenset(self.needs) | self.needs_for(parameters)

    def arrays(self, model: Trained, data: ImageData, parameters: P, judge: Judge | None = None) -> Arrays:
        """Measure the named arrays; raises ReportError if a judge is needed and not given."""
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
        noise: source of chance in addition to the seed. "images": its values belong to images of the data, the same for each
            run; "draws": to what each training draws anew; "fixed": to a lattice, the history, or time, so that only the seed
            matters; "exact": counts without any chance.
        reduction: how the number is reduced, e.g. "sum over pixels, mean over images". If it names pixels or classes, runs on
            images of another size, or with another number of classes, are not compared.
        title: key of the word under which it is printed, if that is not its name.
        noun: how a sentence refers to it: a key of `nouns` in the language files, possibly followed by what is inserted
            ("code_range 1"), or forms by language: `{"pl": "f|ostrość|ostrości"}`; default: its name.
    """

    name: str
    unit: str = ""
    better: Better = "none"
    noise: Noise = "images"
    reduction: str = ""
    title: str = ""
    noun: str | Mapping[str, str] = ""

    def __post_init__(self) -> None:
        """Raise ValueError or TypeError for an impossible quantity here, so that the traceback names the metric's line."""
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
    """Measured value of a quantity.

    Attributes:
        value: the number, or a word.
        n: number of images (or epochs) that it was measured on.
        samples: values per image whose mean is `value`, shape `(n,)`, for comparisons; None for any other statistic.
        units: ids of the images that each sample rests on, int64, shape `(n,)`, or `(n, k)` if it rests on k of them; None:
            sample i is image i, each once.
        given: part of the reduction that only the data tells, e.g. the distribution of the pixels.
        title: replaces the title of the quantity, if only the data tells what it is called.
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
        """Raise ValueError or TypeError for an impossible value here, so that the traceback names the metric's line."""
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
        """Create the mean of samples of shape `(n,)`."""
        return cls(float(samples.mean(dtype="float64")), len(samples), samples, units, given)


@named
class Metric(Declared[P]):
    """Declaration of a metric, in `measures/metrics/<name>.py`: arrays -> values, in NumPy.

    Attributes:
        reads: requests for what must be measured for one run, by names of its own; the plan fills in `run`.
        values: quantities that `measure` will give, known before it runs, in the order of the facts; the requests are as
            resolved by the plan.
        measure: arrays by the names of `reads`, parameters -> measured value of each quantity, by its name.
        of_figure: request for the images of a figure, if that is not the figure's own.
        check: called when the plan is made, with what is known of the run or data set; raises ReportError if it cannot be
            measured like this.
    """

    reads: Callable[[P], Mapping[str, ProbeRequest]]
    values: Callable[[P, Mapping[str, ProbeRequest]], Sequence[Quantity]]
    measure: Callable[[Mapping[str, Arrays], P], Mapping[str, Measured]]
    of_figure: Callable[[P, ProbeRequest], ProbeRequest] = lambda _, request: request
    check: Callable[[P, Subject], None] = lambda *_: None
