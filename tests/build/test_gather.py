"""What facts know of the data on which they were measured."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from report_builder.build.gather import _as_trained, _size, material, names
from report_builder.kinds import Layout
from report_builder.plan.resolved import DataSet

MNIST = Layout((28, 28, 1), class_names=tuple("0123456789"))


@pytest.mark.parametrize(
    ("layout", "reduction", "size"),
    [
        (MNIST, "sum over pixels, mean over images", "784 pixels"),
        (Layout((16, 16, 1)), "sum over pixels, mean over images", "256 pixels"),
        (MNIST, "share of images recognised as their class", "10 classes"),
        (Layout((28, 28, 1), class_names=("3", "8")), "share of images recognised as their class", "2 classes"),
        (MNIST, "median over epochs", ""),
        (None, "sum over pixels", ""),
    ],
)
def test_size(layout, reduction, size) -> None:
    """Sums over different numbers of pixels, and shares over different numbers of classes, have different scales."""
    runs = {"vae": SimpleNamespace(data=SimpleNamespace(layout=layout))}
    plan = SimpleNamespace(resolved=SimpleNamespace(runs=runs, data={}))
    assert _size(plan, SimpleNamespace(subject="vae"), reduction) == size


@pytest.mark.parametrize(
    ("kind", "called"),
    [
        ("vae", ("vae", "VAE")),
        ("conditional_gan", ("conditional gan", "CGAN")),
        ("conditional_gan_embedding", ("conditional gan embedding",)),
        ("vae_symmetric", ("vae symmetric",)),
        ("autoencoder", ("autoencoder", "AE")),
    ],
)
def test_what_a_kind_is_called(kind, called) -> None:
    """A kind is abbreviated to its initials only if its last word is short enough to be one; a single letter is no name."""
    assert names(kind) == called


def test_images_are_counted_where_they_were_read() -> None:
    """The number of images that a report prints is that of the training, whatever the layout of a step promised."""
    data = DataSet("digits", "", None, (), Layout((28, 28, 1), images={"train": 1500, "test": 297}))
    stored = SimpleNamespace(meta={"note": {"images": {"train": 1202, "test": 297}}})
    assert _as_trained(data, []).layout.images == {"train": 1500, "test": 297}
    assert _as_trained(data, [stored]).layout.images == {"train": 1202, "test": 297}


def test_what_a_run_of_another_kind_does_not_inherit(lab) -> None:
    """A run that extends one of another kind is told which settings it has by its kind's defaults, unless it states them."""
    extended = "vae:\n    extends: ae\n    name: VAE\n    model: {kind: vae, latent_dim: 2, filters: [4, 8]}"
    lab.edit("vae:\n    name: VAE\n    data: digits\n    model: {kind: vae, latent_dim: 2, filters: [4, 8]}", extended)
    assert material(lab.plan(), measured=False).not_inherited == ()
    lab.edit("kind: vae, latent_dim: 2, filters: [4, 8]", "kind: vae, latent_dim: 2")
    (warning,) = material(lab.plan(), measured=False).not_inherited
    assert "run 'vae' does not inherit filters from 'ae'" in warning.rule
    assert warning.received == "filters: [32, 64], not [4, 8]"
    assert warning.where.endswith("runs.vae.model")
