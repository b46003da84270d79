"""The extension points: what a data set, model, probe, metric or figure kind is, and how one is found.

A kind is one module (for a model, one folder) in the package of its registry. Its file name is its name in YAML; there is no
list to edit. A kind of the user's own is one file beside the experiment, named by its path: `kind: ./spiral.py`.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from pydantic import BaseModel, ConfigDict

from report_builder.errors import Problem, ReportError, near_miss

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

    from report_builder.languages import Language

    Arrays: TypeAlias = Mapping[str, np.ndarray]


class Parameters(BaseModel):
    """Base of every kind's parameters: frozen, and a key that is not documented is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


@functools.cache
def _modules(package: str, *, folders: bool) -> tuple[str, ...]:
    spec = importlib.util.find_spec(package)
    places = spec.submodule_search_locations if spec else None
    return tuple(sorted(m.name for m in pkgutil.iter_modules(places) if m.ispkg == folders and m.name[0] != "_"))


@dataclass(frozen=True)
class Registry:
    """The kinds of one sort: the modules of one package (its sub-packages where a kind is a folder); `_names` are private."""

    package: str
    noun: str
    folders: bool = False
    _own: dict[Path, ModuleType] = field(default_factory=dict)

    def names(self) -> tuple[str, ...]:
        """Names of the built-in kinds, without importing them."""
        return _modules(self.package, folders=self.folders)

    def get(self, name: str, *, beside: Path | None = None) -> Any:
        """The module of a kind.

        Args:
            name: a built-in kind, or the path of a Python file relative to `beside`.
            beside: the folder of the experiment file.

        Raises:
            ReportError: there is no such kind.
        """
        if name.endswith(".py"):
            return self._from_file((beside or Path()) / name)
        if name not in self.names():
            raise ReportError(Problem("", f"unknown {self.noun}", repr(name), near_miss(name, self.names())))
        return importlib.import_module(f"{self.package}.{name}")

    def _from_file(self, path: Path) -> ModuleType:
        path = path.resolve()
        if path not in self._own:
            spec = importlib.util.spec_from_file_location(f"report_builder_own_{path.stem}", path)
            if spec is None or spec.loader is None or not path.is_file():
                raise ReportError(Problem(str(path), f"no such file for a {self.noun} of your own"))
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            self._own[path] = module
        return self._own[path]

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Every built-in kind with its module, imported."""
        return ((name, self.get(name)) for name in self.names())


def opened(registry: Registry, entry: Mapping[str, Any], *, beside: Path | None = None) -> tuple[Any, Any]:
    """Module and parameters of a resolved entry `{"kind": ..., parameter: value, ...}`.

    Raises:
        ReportError: there is no such kind.
    """
    module = registry.get(entry["kind"], beside=beside)
    return module, module.Parameters(**{key: value for key, value in entry.items() if key != "kind"})


# --- data -------------------------------------------------------------------------------------------------------------------


class Images(Protocol):
    """Images of shape `(n, height, width, channels)`: a NumPy array, or a stream that makes them when asked."""

    @property
    def shape(self) -> tuple[int, ...]:
        """`(n, height, width, channels)`."""

    @property
    def dtype(self) -> Any:
        """uint8 in [0, 255] as loaded, float32 after the step `scale`."""

    def __len__(self) -> int:
        """How many images."""

    def __getitem__(self, index: Any) -> Any:
        """By a slice: images again. By an integer array: the array of those images, in that order."""


@dataclass(frozen=True)
class Condition:
    """A part of the condition vector: `class` (one-hot), `position` (row and column, 0 to 1) or `attributes` (0 or 1).

    Attributes:
        kind: what it means.
        names: one for each entry of the vector.
    """

    kind: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Split:
    """One part of a data set.

    Attributes:
        x: images, shape `(n, height, width, channels)`, uint8 in [0, 255] as loaded, float32 after the step `scale`.
        y: class of each image, shape `(n,)`, int64.
        condition: condition vector of each image, shape `(n, k)`, float32; None where no step made one.
        attributes: attributes of each image, 0 or 1, shape `(n, a)`, uint8; None where the data set has none.
        original: shape `(n,)`, int64: images with the same number are made from one original; None: each is one.
    """

    x: Images
    y: np.ndarray
    condition: np.ndarray | None = None
    attributes: np.ndarray | None = None
    original: np.ndarray | None = None

    def take(self, index: Any) -> Split:
        """The images with these places (a slice or an integer array), with everything that belongs to them."""
        rest = (None if part is None else part[index] for part in (self.condition, self.attributes, self.original))
        return Split(self.x[index], self.y[index], *rest)


@dataclass(frozen=True)
class Layout:
    """What is known of a data set without reading it; None where only reading tells.

    Attributes:
        image_shape: height, width, channels.
        value_range: lowest and highest possible pixel.
        class_names: names of the classes.
        images: how many images each split has.
        conditions: parts of the condition vector, in order.
        attribute_names: names of the attributes.
    """

    image_shape: tuple[int, int, int] | None
    value_range: tuple[float, float] = (0.0, 255.0)
    class_names: tuple[str, ...] | None = None
    images: Mapping[str, int | None] = field(default_factory=lambda: {"train": None, "test": None})
    conditions: tuple[Condition, ...] = ()
    attribute_names: tuple[str, ...] | None = ()


@dataclass(frozen=True)
class ImageData:
    """A data set: splits by name (`train`, `test`, perhaps `validation`), class names, range of the pixels, conditions."""

    splits: Mapping[str, Split]
    class_names: tuple[str, ...]
    value_range: tuple[float, float] = (0.0, 255.0)
    conditions: tuple[Condition, ...] = ()
    attribute_names: tuple[str, ...] = ()

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Height, width, channels."""
        height, width, channels = self.splits["train"].x.shape[1:]
        return int(height), int(width), int(channels)

    @property
    def layout(self) -> Layout:
        """What a plan would have known of it, now with nothing left open."""
        images = {name: len(split.y) for name, split in self.splits.items()}
        known = (self.value_range, self.class_names, images, self.conditions, self.attribute_names)
        return Layout(self.image_shape, *known)


class DatasetKind(Protocol):
    """`datasets/<name>.py`."""

    Parameters: type[Parameters]
    TITLE: Mapping[str, str]  # language -> name in a sentence, e.g. {"en": "MNIST", "pl": "MNIST"}

    def files(self, parameters: Any, folders: Sequence[Path]) -> list[Path]:
        """The files that hold the data, found in the first folder that has them. Raises ReportError when there are none.

        A data set that can be downloaded has `fetch(parameters, folders)`, too, after which `files` finds it.
        """

    def layout(self, parameters: Any) -> Layout:
        """What is known of the data without reading it."""

    def load(self, parameters: Any, files: Sequence[Path]) -> ImageData:
        """Reads the files: uint8 images with the channel axis last."""


class DataStepKind(Protocol):
    """`datasets/steps/<name>.py`: one preprocessing step."""

    Parameters: type[Parameters]

    def layout(self, before: Layout, parameters: Any) -> Layout:
        """What is known after the step without reading the data. Raises ReportError where the step cannot be done."""

    def apply(self, data: ImageData, parameters: Any) -> ImageData:
        """The data after the step; the argument is not changed."""


# --- models -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Equation:
    """A loss as it was compiled: LaTeX, and its symbols in order, each with its meaning by language."""

    latex: str
    symbols: tuple[tuple[str, Mapping[str, str]], ...] = ()


@dataclass(frozen=True)
class Preset:
    """Parameters of a model under a name of their own."""

    title: Mapping[str, str]
    parameters: Mapping[str, Any]


class ModelKind(Protocol):
    """`models/<name>/__init__.py`; the Keras code is beside it in `network.py` and is imported in workers only.

    `network.build(image_shape, **parameters)` returns a `keras.Model` whose `compile(optimizer)`, `train_step` and `test_step`
    are Keras' own grammar and which has the methods that `PROVIDES` names. Where `build` has an argument `condition_dim`
    (length of the condition vector) or `classes` (how many), it is given. The class attribute `takes` names what a batch holds,
    of `x`, `condition`, `y`; default `("x",)`. `optimizers` lists what `compile` made of the optimiser; default: that one.

    What `PROVIDES` may name, and the methods, tensors in and out (where `takes` has `condition`, it is a second argument):
        encode: `encode(x)` -> codes; posterior: `posterior(x)` -> z_mean, z_log_var; likelihood: `elbo_terms(x, samples)`;
        decode: `decode(z)`; decode_condition: `decode(z, condition)`; sample: `sample(n, seed)`;
        sample_condition: `sample(n, seed, condition)`; discriminate: `discriminate(x)` -> logits `(n,)`;
        classify: `classify(x)` -> probabilities of the classes `(n, classes)`.

    Optional: `PRESETS`, name -> `Preset`, chosen in YAML by `preset: <name>`.
    """

    Parameters: type[Parameters]
    PROVIDES: frozenset[str]
    TITLE: Mapping[str, str]
    LISTINGS: Mapping[str, tuple[str, ...]]  # part of the model -> qualified names in network.py, in print order

    def equation(self, parameters: Any) -> Equation:
        """The loss that these parameters compile."""

    def refuses(self, parameters: Any, layout: Layout) -> str:
        """Why the model cannot be trained on such data (shape, range, no condition); empty where it can or may."""


# --- measures ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ProbeRequest:
    """Asks for named arrays: a probe kind with parameters, of a run (or of a data set alone).

    Two kinds are answered from the run itself: `history`, one array of shape `(epochs,)` for each logged term, and `progress`,
    samples of fixed noise before the first and after each epoch. `judge` is the run of a classifier that the probe asks.
    `needs` names what the model must provide beside what the probe itself needs; it is no part of a key.
    """

    kind: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    run: str | None = None
    data: str | None = None
    judge: str | None = None
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Judge:
    """A trained classifier as a probe sees it.

    Attributes:
        classify: images `(n, *image_shape)` in `value_range` -> probabilities `(n, classes)`, float32.
        image_shape: height, width, channels that it was trained on.
        value_range: range of the pixels that it was trained on.
        class_names: names of its classes.
    """

    classify: Callable[[np.ndarray], np.ndarray]
    image_shape: tuple[int, int, int]
    value_range: tuple[float, float]
    class_names: tuple[str, ...]


class ProbeKind(Protocol):
    """`measures/probes/<name>.py`: weights and data -> arrays, in a worker.

    Optional: `needs(parameters)`, what the model must provide for these parameters beside `NEEDS`; `uses(parameters)`, other
    probes whose code counts; `fitted(parameters, layout)`, the parameters with what the layout tells written out.
    """

    Parameters: type[Parameters]
    NEEDS: frozenset[str]  # what the model must provide; empty: data alone

    def measure(self, model: Any, data: ImageData, parameters: Any) -> Arrays:
        """Named arrays, each documented with shape, dtype and range.

        A probe with `JUDGED = True` has one more argument, `judge: Judge`.
        """


@dataclass(frozen=True)
class Value:
    """One measured number, before it knows its run.

    Attributes:
        name: last part of the fact's name.
        unit: printed unit, or "".
        better: which direction is better.
        reduction: how the number was reduced, e.g. "sum over pixels, mean over images".
        n: how many images (or epochs) it was measured on.
        samples: the value for each image, shape `(n,)`, for comparisons; None where there is none.
        paired: whether sample i of every run belongs to the same image (test images do; cells of a decode grid do not).
    """

    name: str
    value: float | str
    unit: str = ""
    better: str = "none"
    reduction: str = ""
    n: int = 0
    samples: np.ndarray | None = None
    paired: bool = True


class MetricKind(Protocol):
    """`measures/metrics/<name>.py`: arrays -> values, in NumPy.

    Optional: `of_figure(parameters, request)`, the request for the images of a figure, where it is not the figure's own.
    """

    Parameters: type[Parameters]

    def probes(self, parameters: Any) -> Mapping[str, ProbeRequest]:
        """What must be measured for one run; `run` is filled in by the plan."""

    def names(self, parameters: Any, requests: Mapping[str, ProbeRequest]) -> list[str]:
        """Names of the values that `measure` will give, known before it runs; `requests` as the plan resolved them."""

    def measure(self, arrays: Mapping[str, Arrays], parameters: Any) -> list[Value]:
        """The values, each with unit, direction, reduction and n."""


# --- figures ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Subject:
    """What a figure says of the run it shows: all of it from the run, none of it typed."""

    name: str
    model: str = ""
    data: str = ""
    seed: int | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Drawing:
    """A drawn figure, the details that its caption must state (limits, seed, split ...), and its alt text."""

    figure: Figure
    details: str
    alt: str
    raster: bool = False  # an image sheet: PNG in the document; else SVG


class FigureKind(Protocol):
    """`plots/<name>.py`: arrays in, figure out. No files, no numbers of its own, no TensorFlow."""

    Parameters: type[Parameters]
    SUMMARY: str  # one line for `list figures`

    def probes(self, parameters: Any) -> Mapping[str, ProbeRequest]:
        """What the figure shows. A request's name is its panel's: the run id where it shows runs."""

    def draw(
        self, arrays: Mapping[str, Arrays], parameters: Any, subjects: Mapping[str, Subject], language: Language
    ) -> Drawing:
        """Draws on a new `matplotlib.figure.Figure` under the style in force."""


DATASETS = Registry("report_builder.datasets", "data set")
DATA_STEPS = Registry("report_builder.datasets.steps", "data step")
MODELS = Registry("report_builder.models", "model", folders=True)
PROBES = Registry("report_builder.measures.probes", "probe")
METRICS = Registry("report_builder.measures.metrics", "metric")
FIGURES = Registry("report_builder.plots", "figure kind")
