"""Cases of `engine.py`, one per process: `python benchmarks/engine_cases.py <case> <model>`.

Prints a JSON line: images trained in the measured epochs, and their seconds of CPU and wall time. The images are random, with
the number and size of the padded digits of a small run: speed does not depend on their content.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

EPOCHS = 2  # measured, after a first one for tracing and warm-up
IMAGES = {"vae": 6_400, "cgan": 1_280}
BATCH = 64
MODELS: Mapping[str, Mapping[str, Any]] = {
    "vae": {"kind": "vae", "latent_dim": 2, "filters": (32, 64)},
    "cgan": {"kind": "conditional_gan", "latent_dim": 100},
}


class Clock:
    """CPU and wall time in seconds since the end of the first epoch."""

    def __init__(self) -> None:
        """Create a clock that starts with the first call."""
        self.began: tuple[float, float] | None = None

    def __call__(self, *_: Any) -> None:
        """Count an epoch that has ended."""
        if self.began is None:
            self.began = time.process_time(), time.perf_counter()

    def tell(self, model: str) -> None:
        """Print the measurements."""
        began = self.began or (0.0, 0.0)
        cpu, wall = time.process_time() - began[0], time.perf_counter() - began[1]
        print(json.dumps({"images": EPOCHS * IMAGES[model], "cpu": cpu, "wall": wall}))


def images(model: str) -> tuple[np.ndarray, np.ndarray]:
    """Return random images `(n, 28, 28, 1)` in the model's range, and one-hot classes `(n, 10)`, float32."""
    random = np.random.default_rng(0)
    x = random.random((IMAGES[model], 28, 28, 1), dtype=np.float32)
    y = np.eye(10, dtype=np.float32)[random.integers(0, 10, len(x))]
    return (x if model == "vae" else 2 * x - 1), y


# --- ours ---------------------------------------------------------------------------------------------------------------------


def started(model: str) -> tuple[Any, Any]:
    """Return a run of our loop before its first epoch, and its data."""
    from report_builder.kinds import MODELS as KINDS
    from report_builder.kinds import Condition, ImageData, Split, opened
    from report_builder.spec.training import Training as Settings
    from report_builder.train import loop

    loop.prepare(1)
    x, condition = images(model)
    split = Split(x, condition.argmax(axis=1).astype(np.int64), condition)
    names = tuple(map(str, range(10)))
    limits = (0.0, 1.0) if model == "vae" else (-1.0, 1.0)
    data = ImageData({"train": split}, names, limits, (Condition("class", names),))
    given = {"epochs": EPOCHS + 1, "batch_size": BATCH, "learning_rate": 1e-3}
    training = Settings.model_validate(given).model_dump()
    kind = MODELS[model]
    entry = {"kind": kind["kind"]} | opened(KINDS, kind)[1].model_dump(mode="json")
    return loop.start({"model": entry, "training": training, "seed": 1}, data), data


def ours(model: str) -> None:
    """Run our loop, storing nothing."""
    from report_builder.train import loop

    training, data = started(model)
    clock = Clock()
    loop.train(training, data, on_epoch=clock)
    clock.tell(model)


def kept(model: str) -> None:
    """Run our loop with what a run stores after each epoch: a checkpoint, and samples of fixed noise."""
    from report_builder.train import checkpoint, loop
    from report_builder.train.asked import Asked
    from report_builder.train.samples import Samples

    training, data = started(model)
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        samples = Samples(Asked(training.model, training.kind, training.parameters), data, Path(folder))

        def on_epoch(state: Any) -> None:
            samples.draw(state.epoch)
            checkpoint.save(state, Path(folder) / "checkpoint.npz")
            clock()

        loop.train(training, data, on_epoch=on_epoch)
        clock.tell(model)


def bare(model: str) -> None:
    """Run our loop, storing nothing, without resetting the random state at each epoch."""
    from report_builder.train import loop

    random = np.random.default_rng(0)
    loop.set_randomness = lambda *_: random
    ours(model)


# --- theirs -------------------------------------------------------------------------------------------------------------------


def hand_written(model: str) -> None:
    """Run a tutorial-style loop: a tf.data pipeline and a `tf.function` around the step."""
    import tensorflow as tf

    training, _ = started(model)
    x, condition = images(model)
    arrays = x if model == "vae" else (x, condition)
    batches = tf.data.Dataset.from_tensor_slices(arrays).shuffle(len(x), seed=1).batch(BATCH).prefetch(tf.data.AUTOTUNE)
    network = training.model
    step = tf.function(network.train_step)
    clock = Clock()
    for _ in range(EPOCHS + 1):
        for batch in batches:
            step(batch)
        clock()
    clock.tell(model)


def pythae(model: str) -> None:
    """Run the trainer of pythae with the same layers, batch size and optimiser, on one thread."""
    import torch
    from pythae.data.datasets import BaseDataset
    from pythae.models import VAE, VAEConfig
    from pythae.models.base.base_utils import ModelOutput
    from pythae.models.nn import BaseDecoder, BaseEncoder
    from pythae.trainers import BaseTrainer, BaseTrainerConfig
    from torch import nn

    torch.set_num_threads(1)

    class Encoder(BaseEncoder):
        def __init__(self) -> None:
            BaseEncoder.__init__(self)
            self.layers = nn.Sequential(
                *(nn.Conv2d(1, 32, 3, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 3, 2, 1), nn.ReLU(), nn.Flatten())
            )
            self.mean, self.log_var = nn.Linear(64 * 49, 2), nn.Linear(64 * 49, 2)

        def forward(self, x: Any) -> Any:
            h = self.layers(x)
            return ModelOutput(embedding=self.mean(h), log_covariance=self.log_var(h))

    class Decoder(BaseDecoder):
        def __init__(self) -> None:
            BaseDecoder.__init__(self)
            self.layers = nn.Sequential(
                *(nn.Linear(2, 64 * 49), nn.ReLU(), nn.Unflatten(1, (64, 7, 7))),
                *(nn.ConvTranspose2d(64, 64, 3, 2, 1, 1), nn.ReLU(), nn.ConvTranspose2d(64, 32, 3, 2, 1, 1), nn.ReLU()),
                *(nn.ConvTranspose2d(32, 1, 3, 1, 1), nn.Sigmoid()),
            )

        def forward(self, z: Any) -> Any:
            return ModelOutput(reconstruction=self.layers(z))

    x = torch.tensor(images(model)[0].transpose(0, 3, 1, 2))
    settled = VAEConfig(input_dim=(1, 28, 28), latent_dim=2, reconstruction_loss="bce")
    network = VAE(settled, encoder=Encoder(), decoder=Decoder())
    data = BaseDataset(x, torch.ones(len(x)))
    with tempfile.TemporaryDirectory() as folder:
        settings = {"output_dir": folder, "num_epochs": EPOCHS + 1, "per_device_train_batch_size": BATCH, "no_cuda": True}
        trainer = BaseTrainer(network, data, training_config=BaseTrainerConfig(learning_rate=1e-3, **settings))
        trainer.prepare_training()
        clock = Clock()
        for epoch in range(1, EPOCHS + 2):
            trainer.train_step(epoch)
            clock()
        clock.tell(model)


CASES: Mapping[str, Callable[[str], None]] = {f.__name__: f for f in (ours, kept, bare, hand_written, pythae)}

if __name__ == "__main__":
    CASES[sys.argv[1]](sys.argv[2])
