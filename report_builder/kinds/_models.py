"""What a model is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from report_builder.kinds._data import Layout
from report_builder.kinds._registry import Parameters, Words
from report_builder.records import frozen

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike


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


CAPABILITIES: Mapping[str, str] = {  # what a model may provide -> the method in which it does, see `Trained`
    "encode": "encode(x)",
    "posterior": "posterior(x)",
    "likelihood": "elbo_terms(x, samples)",
    "decode": "decode(z)",
    "decode_condition": "decode(z, condition)",
    "sample": "sample(n, seed)",
    "sample_condition": "sample(n, seed, condition)",
    "discriminate": "discriminate(x)",
    "classify": "classify(x)",
    "features": "features(x)",
}


class Trained(Protocol):
    """A trained model as probes ask it: of these methods it has those that it provides; see `ModelKind`."""

    def encode(self, x: np.ndarray, *condition: np.ndarray) -> ArrayLike:
        """Codes `(n, d)`."""

    def posterior(self, x: np.ndarray, *condition: np.ndarray) -> tuple[ArrayLike, ArrayLike]:
        """`z_mean` and `z_log_var`, each `(n, d)`."""

    def elbo_terms(self, x: np.ndarray, *condition_and_samples: np.ndarray | int) -> Mapping[str, ArrayLike]:
        """`reconstruction`, `kl_closed_form` and `kl_monte_carlo`, each `(n,)` in nats."""

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


@frozen
class Term:
    """What a model logs of itself in each epoch.

    Attributes:
        name: as it is logged on the training images.
        unit: printed unit such as `nats/image`; empty: it has none.
        title: as it is printed, in English or by language, where the language files have no word for it.
    """

    name: str
    unit: str = ""
    title: Words = ""


EPOCH_TIME = Term("epoch_time", "s")  # which every training logs
HELD_OUT = {"val": "validation", "test": "test"}  # part that a logged term begins with -> split of images not trained on


def part_of(term: str) -> tuple[str, str]:
    """On what a logged term was measured, `train`, `val` or `test`, and its name on training images."""
    part, _, rest = term.partition("_")
    return (part, rest) if part in HELD_OUT else ("train", term)


class ModelKind(Protocol):
    """`models/<name>/__init__.py`; the Keras code is beside it in `network.py` and is imported in workers only.

    `network.build(image_shape, **parameters)` returns a `keras.Model` whose `compile(optimizer)`, `train_step` and `test_step`
    are Keras' own grammar and which has the methods that `PROVIDES` names. Where `build` has an argument `condition_dim`
    (length of the condition vector), `classes` (how many) or `steps_per_epoch` (of the optimiser), it is given. The class
    attribute `takes` names what a batch holds, of `x`, `condition`, `y`; default `("x",)`. `optimizers` lists what `compile`
    made of the optimiser; default: that one.

    What `PROVIDES` may name, and the methods, tensors in and out (where `takes` has `condition`, it is a second argument):
        encode: `encode(x)` -> codes; posterior: `posterior(x)` -> z_mean, z_log_var; likelihood: `elbo_terms(x, samples)` ->
        a mapping of `reconstruction`, `kl_closed_form` and `kl_monte_carlo`, each `(n,)` in nats, means over the draws;
        decode: `decode(z)`; decode_condition: `decode(z, condition)`; sample: `sample(n, seed)`;
        sample_condition: `sample(n, seed, condition)`; discriminate: `discriminate(x)` -> logits `(n,)`;
        classify: `classify(x)` -> probabilities of the classes `(n, classes)`; features: `features(x)` -> what its last layer
        sees of each image `(n, d)`.

    Optional: `PRESETS`, name -> `Preset`, chosen in YAML by `preset: <name>`; `listings(parameters)` in place of `LISTINGS`:
    only what runs with these parameters; `files(parameters)`, files in `models/` that `network.py` imports by name for these
    parameters alone; `seconds_per_image(parameters)`, or the constant `SECONDS_PER_IMAGE`: of training, on one core, for a
    first guess of how long a run takes.

    A model with `elbo_terms` may say in `pixels.name` which distribution its pixels have; without it they are Bernoulli's, and
    bounds of different distributions are not compared.

    A model of the user's own is one file with all of this and `build` in it, of which only `Parameters`, `PROVIDES` and `build`
    are required; what it logs is said by a constant `TERMS`. It is run in workers alone: what it says of itself is stored, and
    the front process reads that.
    """

    Parameters: type[Parameters]
    PROVIDES: frozenset[str]
    TITLE: Words
    LISTINGS: Mapping[str, tuple[str, ...]]
    """Part of the model -> qualified names in print order, of network.py or, as `file.py:name`, of a file in `models/`."""

    def equation(self, parameters: Any) -> Equation:
        """The loss that these parameters compile."""

    def terms(self, parameters: Any) -> tuple[Term, ...]:
        """What it logs with these parameters. Of a term that is not declared no figure claims a unit."""

    def refuses(self, parameters: Any, layout: Layout) -> str:
        """Why the model cannot be trained on such data (shape, range, no condition); empty where it can or may."""
