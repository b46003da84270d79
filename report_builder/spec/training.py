"""How a run is trained: the part of the grammar that, with all defaults filled in, is in the key of every run."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from report_builder.plain import Plain
from report_builder.spec.closed import Closed
from report_builder.spec.optimizers import Adam, AnyOptimizer
from report_builder.spec.schedules import LearningRate, until_the_end

EPOCHS = 10


class EarlyStopping(Closed):
    """Ends the training when a term of the history no longer improves."""

    monitor: str = Field(
        default="val_loss", description="Which term of the history, e.g. val_loss; val_* needs a validation split."
    )
    mode: Literal["min", "max"] = Field(
        default="min", description="Whether lower or higher is better; default: max for an accuracy."
    )
    patience: int = Field(default=5, ge=0, description="Epochs without improvement before it ends.")
    min_delta: float = Field(default=0.0, ge=0, description="Smallest change that counts as an improvement.")
    start_from_epoch: int = Field(default=0, ge=0, description="Number of initial epochs to ignore.")
    restore_best_weights: bool = Field(default=True, description="Measure the weights of the best epoch, not of the last.")

    @model_validator(mode="before")
    @classmethod
    def _more_is_better(cls, value: Plain) -> Plain:
        if isinstance(value, dict) and "mode" not in value and "accuracy" in str(value.get("monitor", "")):
            return value | {"mode": "max"}
        return value


class Training(Closed):
    """How a run is trained."""

    epochs: int = Field(default=EPOCHS, ge=1, description="Passes over the training images.")
    batch_size: int = Field(default=128, ge=1, description="Images in one step.")
    learning_rate: LearningRate = Field(
        default=1e-3, description="Step size of the optimiser: a number, or a schedule {kind: cosine_decay, ...} in epochs."
    )
    optimizer: AnyOptimizer = Field(default=Adam(), description="Any of Keras' optimisers, with Keras' argument names.")
    early_stopping: EarlyStopping | None = Field(default=None, description="Rule for stopping before the last epoch.")

    @model_validator(mode="before")
    @classmethod
    def _schedules_end(cls, value: Plain) -> Plain:
        if not isinstance(value, dict) or not isinstance(epochs := value.get("epochs", EPOCHS), int):
            return value
        return value | {"learning_rate": until_the_end(value["learning_rate"], epochs)} if "learning_rate" in value else value
