"""Declaration of models, and the methods that a trained model offers to probes."""

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
    """Parameters of a model under a name."""

    title: Words
    parameters: Mapping[str, Any]


@frozen
class Term:
    """A quantity that a model logs in each epoch.

    Attributes:
        name: name under which it is logged on the training images.
        unit: printed unit such as `nats/image`; empty: none.
        title: printed name, in English or by language, if the language files have no word for it.
        better: which direction is better; "none" for adversarial networks, whose losses do not tell.
    """

    name: str
    unit: str = ""
    title: Words = ""
    better: Better = "none"


EPOCH_TIME = Term("epoch_time", "s", better="lower")  # logged by every training
HELD_OUT = {"val": "validation", "test": "test"}  # prefix of a logged term -> split of images that are not trained on


def part_of(term: str) -> tuple[str, str]:
    """Part that a logged term was measured on, `train`, `val` or `test`, and its name on training images."""
    part, _, rest = term.partition("_")
    return (part, rest) if part in HELD_OUT else ("train", term)


@frozen
class Sizes:
    """Sizes that a network is built for, from the data and the training.

    Attributes:
        image_shape: height, width, channels.
        condition_dim: length of the condition vector; 0 for a model that does not take `condition`.
        classes: number of classes; 0 for a model that does not take `y`.
        steps_per_epoch: steps of the optimiser, for a loss that changes with them; irrelevant to a trained model.
    """

    image_shape: tuple[int, ...]
    condition_dim: int = 0
    classes: int = 0
    steps_per_epoch: float = 1


# --- what a model can be asked ------------------------------------------------------------------------------------------------

CAPABILITIES: Mapping[str, str] = {  # what a model may provide -> the method that provides it, see `Trained`
    "encode": "encode(x)",
    "posterior": "posterior(x)",
    "likelihood": "elbo_terms(x, samples)",
    "decode": "decode(z)",
    "sample": "sample(n, seed)",
    "discriminate": "discriminate(x)",
    "classify": "classify(x)",
    "features": "features(x)",
}
WITH_CONDITION = {"decode": "decode_condition", "sample": "sample_condition"}  # what probes ask of a conditional model
RECONSTRUCT = "reconstruct"  # what probes ask of a model that encodes and decodes, whatever the form of its code
CODING = frozenset({"encode", "decode"})
ABILITIES = (*CAPABILITIES, *WITH_CONDITION.values(), RECONSTRUCT)


class Trained(Protocol):
    """A trained model, as probes see it; it has those of these methods that it provides, see `Model`.

    If it takes a condition, the condition is a further argument of each method except those of a classifier, after `x`, `z` or
    `seed`.
    """

    @property
    def takes(self) -> Sequence[Part]:
        """Contents of a batch."""

    @property
    def provides(self) -> frozenset[str]:
        """What it provides, out of `CAPABILITIES`."""

    @property
    def pixels(self) -> str:
        """Distribution of its pixels, which a likelihood bound depends on."""

    def encode(self, x: np.ndarray, *condition: np.ndarray) -> ArrayLike:
        """Latent codes, shape `(n, d)`; spatial or discrete codes have any shape that begins with n."""

    def posterior(self, x: np.ndarray, *condition: np.ndarray) -> tuple[ArrayLike, ArrayLike]:
        """Parameters `z_mean` and `z_log_var` of the approximate posterior, each of shape `(n, d)`."""

    def elbo_terms(self, x: np.ndarray, *condition_and_samples: np.ndarray | int) -> Mapping[str, ArrayLike]:
        """`reconstruction`, `kl_closed_form` and `kl_monte_carlo`, each of shape `(n,)`, in nats, averaged over draws."""

    def decode(self, z: np.ndarray, *condition: np.ndarray) -> ArrayLike:
        """Images decoded from latent codes, shape `(n, height, width, channels)`."""

    def sample(self, n: int, seed: int, *condition: np.ndarray) -> ArrayLike:
        """Images of codes drawn from the prior, shape `(n, height, width, channels)`."""

    def discriminate(self, x: np.ndarray, *condition: np.ndarray) -> ArrayLike:
        """Logits, shape `(n,)`."""

    def classify(self, x: np.ndarray) -> ArrayLike:
        """Class probabilities, shape `(n, classes)`."""

    def features(self, x: np.ndarray) -> ArrayLike:
        """Input of the last layer for each image, shape `(n, d)`."""


Build: TypeAlias = Callable[[P, Sizes], "Network"]
Terms: TypeAlias = tuple[Term, ...]
Listings: TypeAlias = Mapping[str, tuple[str, ...]]


@named
class Model(Declared[P]):
    """Declaration of a model, in `models/<name>/__init__.py`; its Keras code, `network.py`, is imported in workers only.

    A user's own model is one file with everything. It is run in workers only: its description is stored, and the front process
    reads that. Therefore its `terms` and `listings` cannot be functions of the parameters.

    Attributes:
        build: creates the network, a `keras.Model` whose `compile(optimizer)`, `train_step` and `test_step` follow Keras' own
            conventions, and which has the methods of what it provides.
        provides: what probes may ask of it, out of `CAPABILITIES`; `Trained` documents each method.
        takes: contents of a batch; `Sizes.condition_dim` is only set with `condition`, and `Sizes.classes` with `y`.
        code: form of what `encode` returns and `decode` takes: "flat": one vector per image, whose length is the parameter with
            `Role.LATENT`; "spatial": vectors at positions; "discrete": indices into a codebook.
        stages: names of the parts with an optimiser each, in the order of the network's `optimizers`, which `compile` makes;
            empty: there is one optimiser.
        title: name in a sentence; default for a user's own file: the file's name.
        terms: terms that it logs; figures print no unit for a term that is not declared.
        pixels: distribution of the pixels, for a model with `likelihood`; bounds with different ones are not compared.
        equation: the loss that these parameters compile; None: it prints none.
        listings: part of the model -> qualified names of the code that runs with these parameters, in print order, from
            `network.py` or, as `file.py:name`, from a file in `models/`.
        presets: parameters by name, chosen in YAML by `preset: <name>`.
        refuses: why it cannot be trained on such data (shape, range, no condition); empty if it can, or may.
        files: files in `models/` that `network.py` imports by name for these parameters only.
        seconds_per_image: training time per image on one core, for a first estimate of the duration of a run; 0: unknown.
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
        """The kind with its title by language; text alone serves every language."""
        return replace(self, title=by_language(self.title or self.file.stem.replace("_", " ")))

    @property
    def abilities(self) -> frozenset[str]:
        """What this model provides, in the terms in which probes and figures state their needs."""
        told = "condition" in self.takes
        known = self.provides if self.code == "flat" else self.provides - CODING  # probes expect a code to be a vector
        found = {WITH_CONDITION.get(name, name) if told else name for name in known}
        return frozenset(found | ({RECONSTRUCT} if self.provides >= CODING and not told else set()))

    @property
    def network(self) -> Path:
        """File of its Keras code: `network.py` beside the description in a package, or the user's own file itself."""
        return self.file.with_name("network.py") if self.file.name == "__init__.py" else self.file

    def code_files(self, parameters: P) -> tuple[Path, ...]:
        """The file that declares it, and the files that are imported by name for these parameters only."""
        return (self.file, *(self.network.parents[1] / file for file in self.files(parameters)))

    def logs(self, parameters: P) -> Terms:
        """Terms that it logs with these parameters, including the time of an epoch."""
        return (*(self.terms(parameters) if callable(self.terms) else self.terms), EPOCH_TIME)

    def listed(self, parameters: P) -> Listings:
        """Listings for these parameters."""
        return self.listings(parameters) if callable(self.listings) else self.listings
