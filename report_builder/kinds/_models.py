"""What a model is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, Self, TypeAlias

from report_builder.kinds._data import Layout
from report_builder.kinds._registry import Declared, P, Words, by_language
from report_builder.records import frozen, named

if TYPE_CHECKING:
    import numpy as np
    from keras import Model as Network
    from numpy.typing import ArrayLike

Better: TypeAlias = Literal["higher", "lower", "none"]
Part: TypeAlias = Literal["x", "condition", "y"]  # what a batch may hold: images, their conditions, their classes
CodeShape: TypeAlias = Literal["flat", "spatial", "discrete"]


@frozen
class Equation:
    """A loss as it was compiled: LaTeX, and its symbols in order, each with its meaning."""

    latex: str
    symbols: tuple[tuple[str, Words], ...] = ()


@frozen
class Preset:
    """Parameters of a model under a name of their own."""

    title: Words
    parameters: Mapping[str, Any]


@frozen
class Term:
    """What a model logs of itself in each epoch.

    Attributes:
        name: as it is logged on the training images.
        unit: printed unit such as `nats/image`; empty: it has none.
        title: as it is printed, in English or by language, where the language files have no word for it.
        better: which direction is better; "none" of networks that work against each other, whose losses say nothing of it.
    """

    name: str
    unit: str = ""
    title: Words = ""
    better: Better = "none"


EPOCH_TIME = Term("epoch_time", "s", better="lower")  # which every training logs
HELD_OUT = {"val": "validation", "test": "test"}  # part that a logged term begins with -> split of images not trained on


def part_of(term: str) -> tuple[str, str]:
    """On what a logged term was measured, `train`, `val` or `test`, and its name on training images."""
    part, _, rest = term.partition("_")
    return (part, rest) if part in HELD_OUT else ("train", term)


@frozen
class Sizes:
    """What a network is built for, as the data and the training tell it.

    Attributes:
        image_shape: height, width, channels.
        condition_dim: length of the condition vector; 0 for a model that does not take `condition`.
        classes: how many classes there are; 0 for a model that does not take `y`.
        steps_per_epoch: of the optimiser, for a loss that changes with them; no matter to a trained model.
    """

    image_shape: tuple[int, ...]
    condition_dim: int = 0
    classes: int = 0
    steps_per_epoch: float = 1


# --- what it can be asked -----------------------------------------------------------------------------------------------------

CAPABILITIES: Mapping[str, str] = {  # what a model may provide -> the method in which it does, see `Trained`
    "encode": "encode(x)",
    "posterior": "posterior(x)",
    "likelihood": "elbo_terms(x, samples)",
    "decode": "decode(z)",
    "sample": "sample(n, seed)",
    "discriminate": "discriminate(x)",
    "classify": "classify(x)",
    "features": "features(x)",
}
WITH_CONDITION = {"decode": "decode_condition", "sample": "sample_condition"}  # what probes ask of a model that takes one
RECONSTRUCT = "reconstruct"  # what probes ask of a model that encodes and decodes, whatever its code is
CODING = frozenset({"encode", "decode"})
ABILITIES = (*CAPABILITIES, *WITH_CONDITION.values(), RECONSTRUCT)


class Trained(Protocol):
    """A trained model as probes ask it: of these methods it has those that it provides; see `Model`.

    Where it takes a condition, that is a further argument of each method but those of a classifier, behind `x`, `z` or `seed`.
    """

    @property
    def takes(self) -> Sequence[Part]:
        """What a batch of it holds."""

    @property
    def provides(self) -> frozenset[str]:
        """What it provides, of `CAPABILITIES`."""

    @property
    def pixels(self) -> str:
        """Which distribution its pixels have, for a bound."""

    def encode(self, x: np.ndarray, *condition: np.ndarray) -> ArrayLike:
        """Codes: `(n, d)`; of a spatial or discrete code an array of any shape that begins with n."""

    def posterior(self, x: np.ndarray, *condition: np.ndarray) -> tuple[ArrayLike, ArrayLike]:
        """`z_mean` and `z_log_var`, each `(n, d)`."""

    def elbo_terms(self, x: np.ndarray, *condition_and_samples: np.ndarray | int) -> Mapping[str, ArrayLike]:
        """`reconstruction`, `kl_closed_form` and `kl_monte_carlo`, each `(n,)` in nats, means over the draws."""

    def decode(self, z: np.ndarray, *condition: np.ndarray) -> ArrayLike:
        """Images `(n, height, width, channels)`."""

    def sample(self, n: int, seed: int, *condition: np.ndarray) -> ArrayLike:
        """Images of codes drawn from the prior."""

    def discriminate(self, x: np.ndarray, *condition: np.ndarray) -> ArrayLike:
        """Logits `(n,)`."""

    def classify(self, x: np.ndarray) -> ArrayLike:
        """Probabilities of the classes `(n, classes)`."""

    def features(self, x: np.ndarray) -> ArrayLike:
        """What the last layer sees of each image `(n, d)`."""


Build: TypeAlias = Callable[[P, Sizes], "Network"]
Terms: TypeAlias = tuple[Term, ...]
Listings: TypeAlias = Mapping[str, tuple[str, ...]]


@named
class Model(Declared[P]):
    """`models/<name>/__init__.py`; its Keras code is beside it in `network.py`, and is imported in workers only.

    A model of the user's own is one file with all of it. It is run in workers alone: what it says of itself is stored, and the
    front process reads that. Therefore its `terms` and `listings` are no functions of the parameters.

    Attributes:
        build: makes the network, a `keras.Model` whose `compile(optimizer)`, `train_step` and `test_step` are Keras' own
            grammar, and which has the methods of what it provides.
        provides: what probes may ask it, of `CAPABILITIES`; `Trained` says what each method gives.
        takes: what a batch holds; with `condition` the network is given the condition, with `y` the number of classes.
        code: what `encode` gives and `decode` takes: "flat": one vector for each image, whose length is the parameter with
            `Role.LATENT`; "spatial": vectors at places; "discrete": numbers of entries of a codebook.
        stages: names of the parts that have an optimiser each, in the order of the network's `optimizers`, which `compile`
            makes; empty: all of it has one.
        title: name in a sentence; of a file of the user's own by default the file's.
        terms: what it logs. Figures print no unit for a term that is not declared.
        pixels: which distribution the pixels have, of a model with `likelihood`: bounds of different ones do not compare.
        equation: the loss that these parameters compile; None: it prints none.
        listings: part of the model -> qualified names in print order, of network.py or, as `file.py:name`, of a file in
            `models/`: what runs with these parameters.
        presets: parameters by name, chosen in YAML by `preset: <name>`.
        refuses: why it cannot be trained on such data (shape, range, no condition); empty where it can or may.
        files: files in `models/` that `network.py` imports by name for these parameters alone.
        seconds_per_image: of training, on one core, for a first guess of how long a run takes; 0: nobody knows.
    """

    watched: ClassVar[bool] = False  # a worker keeps the whole traceback of what its files raise

    build: Build[P]
    provides: frozenset[str]
    takes: tuple[Part, ...] = ("x",)
    code: CodeShape = "flat"
    stages: tuple[str, ...] = ()
    title: Words = ""
    terms: Terms | Callable[[P], Terms] = ()
    pixels: Callable[[P], str] = lambda _: "Bernoulli"
    equation: Callable[[P], Equation] | None = None
    listings: Listings | Callable[[P], Listings] = field(default_factory=dict)
    presets: Mapping[str, Preset] = field(default_factory=dict)
    refuses: Callable[[P, Layout], str] = lambda *_: ""
    files: Callable[[P], Sequence[str]] = lambda _: ()
    seconds_per_image: Callable[[P], float] = lambda _: 0.0

    def of_user(self) -> Self:
        """With a title, which is text in every language or by language."""
        return replace(self, title=by_language(self.title or self.file.stem.replace("_", " ")))

    @property
    def abilities(self) -> frozenset[str]:
        """What probes and figures may need of a model, and find in this one."""
        told = "condition" in self.takes
        known = self.provides if self.code == "flat" else self.provides - CODING  # probes take a code for a vector
        found = {WITH_CONDITION.get(name, name) if told else name for name in known}
        return frozenset(found | ({RECONSTRUCT} if self.provides >= CODING and not told else set()))

    @property
    def network(self) -> Path:
        """Its Keras code: beside the package's description of it, or the file itself."""
        return self.file.with_name("network.py") if self.file.name == "__init__.py" else self.file

    def code_files(self, parameters: P) -> tuple[Path, ...]:
        """What declares it, and the files that are imported by name for these parameters alone."""
        return (self.file, *(self.network.parents[1] / file for file in self.files(parameters)))

    def logs(self, parameters: P) -> Terms:
        """What it logs with these parameters, the time of an epoch included."""
        return (*(self.terms(parameters) if callable(self.terms) else self.terms), EPOCH_TIME)

    def listed(self, parameters: P) -> Listings:
        """Its listings with these parameters."""
        return self.listings(parameters) if callable(self.listings) else self.listings
