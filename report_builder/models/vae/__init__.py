"""Variational autoencoder: Kingma and Welling, Auto-Encoding Variational Bayes, arXiv:1312.6114."""

from __future__ import annotations

from pydantic import Field

from report_builder.kinds import Equation, Layout, Preset
from report_builder.models import _architectures, _objective, outside

TITLE = {
    "en": "variational autoencoder",
    "pl": "autoenkoder wariacyjny",
    "ru": "вариационный автокодировщик",
    "zh-Hant": "變分自編碼器",
}
PROVIDES = frozenset({"encode", "posterior", "decode", "likelihood", "sample"})
PRESETS = {
    "textbook_32": Preset(
        {
            "en": "variational autoencoder of three convolutions",
            "pl": "autoenkoder wariacyjny o trzech splotach",
            "ru": "вариационный автокодировщик с тремя свёртками",
            "zh-Hant": "三層卷積的變分自編碼器",
        },
        _architectures.TEXTBOOK_32,
    ),
    "batch_norm_64": Preset(
        {
            "en": "variational autoencoder with batch normalisation",
            "pl": "autoenkoder wariacyjny z normalizacją wsadową",
            "ru": "вариационный автокодировщик с пакетной нормализацией",
            "zh-Hant": "使用批次正規化的變分自編碼器",
        },
        _architectures.BATCH_NORM_64,
    ),
    "size_derived": Preset(
        {
            "en": "variational autoencoder with a depth derived from the image size",
            "pl": "autoenkoder wariacyjny o głębokości zależnej od rozmiaru obrazu",
            "ru": "вариационный автокодировщик с глубиной по размеру изображения",
            "zh-Hant": "深度依影像大小而定的變分自編碼器",
        },
        _architectures.SIZE_DERIVED,
    ),
    "dense": Preset(
        {
            "en": "variational autoencoder of dense layers",
            "pl": "autoenkoder wariacyjny z warstw gęstych",
            "ru": "вариационный автокодировщик из полносвязных слоёв",
            "zh-Hant": "全連接的變分自編碼器",
        },
        {"architecture": "dense", "hidden": [512, 256], "latent_dim": 2},
    ),
}


class Parameters(_objective.Parameters, _architectures.Parameters):
    """The architecture and the loss."""

    architecture: _architectures.Signed = Field("convolutional", description=_architectures.documented(_architectures.Signed))


def seconds_per_image(parameters: Parameters) -> float:
    """Of training, one core: for a first guess of how long a run takes."""
    return _architectures.seconds(parameters.architecture)


def listings(parameters: Parameters) -> dict[str, tuple[str, ...]]:
    """The functions that run with these parameters, by part of the model."""
    model = "VariationalAutoencoder"
    return _architectures.listed(parameters.architecture) | {
        "loss": _objective.listed(parameters, f"{model}.compute_loss"),
        "sampling": (f"{model}.draw",),
        "model": (model, "WarmingVAE") if parameters.beta_warm_up else (model,),
    }


def files(parameters: Parameters) -> tuple[str, ...]:
    """The files of `models/` that `network.py` imports for these parameters."""
    return _architectures.files(parameters.architecture, parameters)


def refuses(parameters: Parameters, layout: Layout) -> str:
    """Why the model cannot be trained on such images; empty where it can."""
    return _architectures.refuses(parameters.architecture, parameters, layout) or outside(layout, 0, 1)


def equation(parameters: Parameters) -> Equation:
    """The loss of one image that `compute_loss` averages over a batch."""
    return _objective.equation(parameters)
