"""A trial makes the same calls as training, saving, loading and probing, so that mistakes are found before a training."""

from __future__ import annotations

import itertools
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from report_builder.errors import ReportError
from report_builder.kinds import Condition, Layout, Model, Parameters, Sizes
from report_builder.store import Step, Store
from report_builder.train import checkpoint, loop, trial
from report_builder.train.answers import answer
from report_builder.train.asked import Asked
from report_builder.train.summary import summary

MODEL = (Path(__file__).parent / "own" / "conditional.py").read_text(encoding="utf-8")
NAMES = ("a", "b", "c")
LAYOUT = {
    "image_shape": [8, 8, 1],
    "value_range": [0, 1],
    "class_names": list(NAMES),
    "conditions": [{"kind": "class", "names": list(NAMES)}],
}
ENTRY = {"kind": "./told.py", "latent_dim": 2}

COMPILE = """\
    def compile(self, optimizer):
        super().compile(optimizer)
        self.optimizers = [optimizer, optimizer]

    def train_step(self, data):"""

# replaced text -> the rule, and further parts of the message
BROKEN = {
    "encode without the condition": (
        "def encode(self, x, condition):\n        return self.posterior(x, condition)[0]",
        "def encode(self, x):\n        return x[:, 0, 0]",
        "encode is given 2 arguments: x, condition",
        "told.py:54, encode",
    ),
    "a bound without the condition": (
        "def elbo_terms(self, x, condition, samples):\n",
        "def elbo_terms(self, x, samples):\n        condition = 0\n",
        "elbo_terms is given 3 arguments: x, condition, samples",
        "told.py:63, elbo_terms",
    ),
    "a posterior of three": (
        "return self.encoder([x, condition])",
        "return [*self.encoder([x, condition]), x]",
        "posterior does not return what 'provides' says",
        "list of 3: 2 values; 2 values; 8 x 8 x 1; told.py:51, posterior",
    ),
    "a bound that lacks a term": (
        ', "kl_monte_carlo": kl}',
        "}",
        "elbo_terms does not return what 'provides' says",
        "A mapping of reconstruction, kl_closed_form, kl_monte_carlo",
    ),
    "two optimisers that are not declared": (
        "    def train_step(self, data):",
        COMPILE,
        "'stages' names 0 parts with an optimiser each, and 'compile' makes 2",
        "stages=('generator', 'discriminator')",
    ),
    "a batch of one size": (
        "keras.random.normal((n, self",
        "keras.random.normal((7, self",
        " at told.py:58, in decode",
        "20",
    ),
    "a step that cannot be traced": (
        "drawn, mean, log_var = y_pred\n",
        "drawn, mean, log_var = y_pred\n        float(ops.mean(drawn).numpy())\n",
        "at told.py:49, in compute_loss",
        "numpy",
    ),
    "a layer that is made in the step": (
        "def train_step(self, data):\n",
        (
            "def train_step(self, data):\n        self.late = getattr(self, 'late', None) or layers.Dense(2)\n"
            "        self.late.built or self.late.build((None, 3))\n"
        ),
        "ValueError at told.py:35, in train_step",
        "All state must be created in the `__init__()` method",
    ),
    "a variable that is no weight": (
        "return self.ink(self.decoder([z, condition]))",
        "return self.ink(self.decoder([z, condition])) * self.learnt",
        "a fresh model with the weights of this one gives different results in elbo_terms(x, samples)",
        "Keep what is learnt in layers",
    ),
    "samples of another number": (
        "keras.random.normal((n, self.latent_dim), seed=seed), condition)",
        "keras.random.normal((n, self.latent_dim), seed=seed), condition)[:5]",
        "sample does not return what 'provides' says",
        "20 images",
    ),
}


def tried(folder: Path, model: str = MODEL) -> None:
    """Return the verdict on the model, in a file of this folder."""
    (folder / "told.py").write_text(model, encoding="utf-8")
    step = Step("answer", (), {"asks": "verdict", "model": ENTRY, "layout": LAYOUT})
    with Store(folder / "store").claim(step) as work:
        answer(work, folder)


def test_a_conditional_model_of_ones_own_passes(tmp_path: Path) -> None:
    """Encoder, posterior, bound, decoder and samples are called with the condition, as probes do."""
    tried(tmp_path)


LIKE_ANOTHER = {"a bound without the condition", "a bound that lacks a term", "samples of another number"}


@pytest.mark.parametrize("case", [pytest.param(case, marks=[pytest.mark.slow] * (case in LIKE_ANOTHER)) for case in BROKEN])
def test_what_would_fail_after_the_training_is_refused_before_it(tmp_path: Path, case: str) -> None:
    """A failure that would follow the training is reported before it, briefly and with the line, without arrays."""
    old, new, rule, said = BROKEN[case]
    assert old in MODEL
    changed = MODEL.replace(old, new, 1)
    if case == "a variable that is no weight":
        made = "import tensorflow as tf\n\nLEARNT = iter(range(1, 99))\n\n\nclass Parameters"
        changed = changed.replace("class Parameters", made, 1).replace(
            "self.ink = ", "self.learnt = tf.Variable(float(next(LEARNT)))\n        self.ink = "
        )
    with pytest.raises(ReportError) as error:
        tried(tmp_path, changed)
    (problem,) = error.value.problems
    assert rule in problem.rule
    assert said in str(error.value)
    assert len(str(error.value)) < 600


def test_what_only_the_data_tells_is_tried_when_it_is_read(tmp_path: Path) -> None:
    """A model that needs unknown condition names is not tried; once the names are known, the same model is refused."""
    (tmp_path / "told.py").write_text(MODEL.replace(', "kl_monte_carlo": kl}', "}"), encoding="utf-8")
    unknown = Layout((8, 8, 1), (0.0, 1.0), None, conditions=(Condition("class", ()),))
    trial.run(ENTRY, unknown, tmp_path)
    with pytest.raises(ReportError, match="elbo_terms does not return what"):
        trial.run(ENTRY, Layout((8, 8, 1), (0.0, 1.0), NAMES, conditions=(Condition("class", NAMES),)), tmp_path)


def built(folder: Path):
    """Return a new model; Keras continues its numbering of names."""
    (folder / "told.py").write_text(MODEL, encoding="utf-8")
    return loop.build(ENTRY, Sizes((8, 8, 1), 3), folder)


def test_weights_are_stored_by_place_and_shape(tmp_path: Path) -> None:
    """All weights are restored, including an unnamed one, whose name differs between models of a process."""
    one, other = built(tmp_path), built(tmp_path)
    names = [[weight.name for weight in model.weights] for model in (one, other)]
    assert names[0] != names[1]
    checkpoint.save_weights(one, tmp_path / "w.npz")
    checkpoint.load_weights(other, tmp_path / "w.npz")
    for left, right in zip(one.weights, other.weights, strict=True):
        assert (np.asarray(left) == np.asarray(right)).all()


class Parts(keras.Model):
    """Two parts joined in two ways, a part with a duplicate name, and a layer and a weight outside of them."""

    def __init__(self):
        super().__init__(name="parts")
        x, z = keras.Input((4,)), keras.Input((2,))
        self.encoder = keras.Model(x, keras.layers.Dense(2)(x), name="encoder")
        self.decoder = keras.Model(z, keras.layers.Dense(4)(z), name="decoder")
        self.flat = keras.Model(x, self.decoder(self.encoder.output), name="flat")
        self.joined = keras.Model(x, self.decoder(self.encoder(x)), name="joined")
        self.twin = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)], name="encoder")
        self.shift = keras.layers.BatchNormalization(name="shift")
        self.shift.build((None, 4))
        self.offset = self.add_weight(shape=(5,))


def test_every_weight_is_in_one_row_of_the_summary() -> None:
    """Parts, layers outside of them, and weights of no layer add up to the model without repetition."""
    model = Parts()
    parts = summary(model)
    assert {part: [row["parameters"] for row in rows] for part, rows in parts.items()} == {
        "encoder": [0, 10],
        "decoder": [0, 12],
        "encoder_2": [9],
        "parts": [16, 5],
    }
    for count, weights in (("parameters", model.weights), ("trainable", model.trainable_weights)):
        rows = itertools.chain(*parts.values())
        assert sum(row[count] for row in rows) == sum(int(np.prod(weight.shape)) for weight in weights)


def test_a_probe_hands_over_tensors() -> None:
    """Whatever a probe passes, a model's method gets tensors, as in training."""

    class Drawing:
        def sample(self, n, seed, condition):
            return n, seed, condition

    kind = Model(parameters=Parameters, build=lambda *_: None, provides=frozenset({"sample"}), pixels=lambda _: "normal")
    asked = Asked(Drawing(), kind, Parameters())
    n, seed, condition = asked.sample(3, 1, np.ones((3, 2), np.float32))
    assert (n, seed) == (3, 1)
    assert tf.is_tensor(condition)
    assert (asked.takes, asked.provides, asked.pixels) == (("x",), {"sample"}, "normal")
