"""Laws of the key: what is trained again, measured again, or only drawn again."""

from __future__ import annotations

import importlib.metadata
from dataclasses import replace

import pytest

from report_builder import languages
from report_builder.models import _architectures
from report_builder.plan import Plan

NEVER_RETRAINS = {
    "title": ("title: Tiny lab", "title: Another title"),
    "name of a run": ("name: VAE", "name: Variational"),
    "name of the data": ("    dataset: {kind: digits", "    name: Digits\n    dataset: {kind: digits"),
    "caption": ("caption: Codes", "caption: Where the codes lie"),
    "figure option": ("n: 4", "n: 5"),
    "language": ("language: en", "language: pl"),
    "new figure": ("  grid:", "  more: {kind: training_curves, runs: [vae]}\n  grid:"),
    "new metric": ("  elbo:", "  history: {kind: history, runs: [vae]}\n  elbo:"),
    "task": ("title: Bound", "title: A bound"),
    "comment": ("\nruns:\n", "\nruns: # three of them\n"),
    "scale written out": ("      - {kind: binarise", "      - scale\n      - {kind: binarise"),
    "short form": ("{kind: digits, copies: 0}", "{copies: 0, kind: digits}"),
    "defaults written out": ("autoencoder, filters", "autoencoder, latent_dim: 2, loss: bce, filters"),
    "default of the training": (
        "{epochs: 1, batch_size: 50}",
        "{epochs: 1, batch_size: 50, optimizer: adam, learning_rate: 1e-3}",
    ),
    "default of the run": (
        "    training: {epochs: 1, batch_size: 50, l",
        "    threads: 1\n    seeds: [1]\n    training: {epochs: 1, batch_size: 50, l",
    ),
}
ALWAYS_RETRAINS = {
    "latent_dim": ("latent_dim: 2", "latent_dim: 3"),
    "loss": ("kind: vae,", "kind: vae, kl: monte_carlo,"),
    "epochs": ("{epochs: 1, batch_size: 50, l", "{epochs: 2, batch_size: 50, l"),
    "batch_size": ("batch_size: 50, l", "batch_size: 20, l"),
    "learning_rate": ("learning_rate: 1e-3", "learning_rate: 2e-3"),
    "optimizer": ("learning_rate: 1e-3", "learning_rate: 1e-3, optimizer: sgd"),
    "argument of the optimizer": ("learning_rate: 1e-3", "learning_rate: 1e-3, optimizer: {kind: adam, beta_1: 0.8}"),
    "seed": ("    name: VAE", "    name: VAE\n    seeds: [2]"),
    "threads": ("    name: VAE", "    name: VAE\n    threads: 2"),
    "data step": ("threshold: 0.5", "threshold: 0.6"),
    "data set": ("copies: 0", "copies: 1"),
}

OWN = """
from report_builder.kinds import DataStep, Parameters
KIND = DataStep(parameters=Parameters, apply=lambda data, parameters: data)
"""


def run_keys(plan: Plan) -> dict[tuple[str, int], str]:
    """Return the key of each training."""
    return {name: planned.step.key for name, planned in plan.runs.items()}


def keys_of(plan: Plan, kind: str) -> set[str]:
    """Return the keys of all steps of a kind."""
    return {p.step.key for target in plan.everything() for p in target.closure() if p.step.kind == kind}


@pytest.fixture(scope="module")
def first(finished) -> dict[tuple[str, int], str]:
    """The key of each training of the unchanged report, in another folder."""
    return run_keys(finished.plan())


@pytest.mark.parametrize("change", NEVER_RETRAINS)
def test_what_never_retrains(lab, first, change: str) -> None:
    """Names, prose, figures, the language and explicit defaults do not change the key of any training."""
    lab.edit(*NEVER_RETRAINS[change])
    assert run_keys(lab.plan()) == first


@pytest.mark.parametrize("change", ALWAYS_RETRAINS)
def test_what_always_retrains(lab, first, change: str) -> None:
    """A parameter, the seed, the threads or the data changes the key of each training that has or inherits it."""
    lab.edit("{kind: decode_grid, runs: [longer], n: 4}", "{kind: reconstructions, runs: [longer]}")  # fits any latent_dim
    before = set(first.values())
    lab.edit(*ALWAYS_RETRAINS[change])
    after = run_keys(lab.plan())
    changed = {"vae"} if change == "epochs" else {"vae", "longer"}
    assert not before & {key for (run, _), key in after.items() if run in changed}
    assert (after["ae", 1] in before) == ("data" not in change)


def test_a_run_may_have_another_id(lab) -> None:
    """The id of a run is not part of its key, or of the keys of its measurements."""
    before = lab.plan()
    for old, new in (
        ("  vae:\n", "  other:\n"),
        ("extends: vae", "extends: other"),
        ("runs: [vae", "runs: [other"),
        ("ae, vae]", "ae, other]"),
    ):
        lab.edit(old, new)
    after = lab.plan()
    assert set(run_keys(after).values()) == set(run_keys(before).values())
    assert keys_of(after, "arrays") == keys_of(before, "arrays")
    assert keys_of(after, "facts") == keys_of(before, "facts")


def test_equal_runs_of_two_reports_are_one(lab) -> None:
    """Another report with the same settings has the same keys, whatever its name."""
    (lab.experiment.parent / "copy.yaml").write_text(lab.experiment.read_text().replace("Tiny lab", "Copy"))
    assert keys_of(lab.plan(), "run") == keys_of(lab.plan("copy"), "run")
    assert keys_of(lab.plan(), "figure") == keys_of(lab.plan("copy"), "figure")


def test_equal_runs_of_one_report_are_one(lab) -> None:
    """Two runs with equal settings are trained once."""
    lab.edit("training: {epochs: 8}", "training: {epochs: 1}")
    plan = lab.plan()
    assert plan.runs["vae", 1].step.key == plan.runs["longer", 1].step.key
    assert [p.step.kind for p in plan.missing(plan.everything())].count("run") == 2


def test_another_seed_is_one_more_training(lab, first) -> None:
    """An additional seed leaves the other trainings unchanged."""
    lab.edit("    name: AE", "    name: AE\n    seeds: [1, 2]")
    after = run_keys(lab.plan())
    assert after == first | {("ae", 2): after["ae", 2]}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("runs: [ae, vae], caption", "runs: [ae, vae], opacity: 0.4, caption"),
        ("n: 4}", "n: 4, ink: light, width: 50%}"),
        ("language: en", "language: ru"),
    ],
)
def test_drawing_never_probes(lab, old: str, new: str) -> None:
    """An option that only the drawing reads changes the key of the figure and of none of its inputs."""
    before = lab.plan()
    lab.edit(old, new)
    after = lab.plan()
    assert keys_of(after, "arrays") == keys_of(before, "arrays")
    assert keys_of(after, "facts") == keys_of(before, "facts")
    assert keys_of(after, "figure") != keys_of(before, "figure")


def test_words_draw_again_what_prints_them(lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A word changes the key of the figures that can print it, a title those that show it, and no other key."""
    polish = languages.load("pl")
    lab.edit("language: en", "language: pl")
    before = lab.plan()
    known = {id_: step.step.key for id_, step in before.figures.items()}
    latent, epoch = ("words", "axis.latent", {"codes", "grid"}), ("words", "axis.epoch", set[str]())
    for part, text, drawn in (latent, epoch, ("kinds", "autoencoder", {"codes"})):
        other = replace(polish, **{part: {**getattr(polish, part), text: "x"}})
        monkeypatch.setattr(languages, "load", lambda _, other=other: other)
        after = lab.plan()
        assert {id_ for id_, step in after.figures.items() if step.step.key != known[id_]} == drawn
        assert all(keys_of(after, kind) == keys_of(before, kind) for kind in ("run", "arrays", "facts"))


def test_a_caption_draws_nothing(lab) -> None:
    """Another caption, title or task changes no step."""
    before = lab.plan()
    for change in ("caption", "title", "task"):
        lab.edit(*NEVER_RETRAINS[change])
    after = lab.plan()
    assert [p.step.key for p in after.everything()] == [p.step.key for p in before.everything()]


def test_a_probe_option_probes(lab) -> None:
    """An option that the probe reads changes the measurement and no training."""
    before = lab.plan()
    lab.edit("n: 4", "n: 5")
    assert keys_of(lab.plan(), "arrays") != keys_of(before, "arrays")


def test_the_code_that_counts(lab) -> None:
    """A training's code is its model, data set and steps with their imports; no other kind, and no front process code."""
    code = set(lab.plan().runs["vae", 1].step.code)
    assert {
        "models/vae/network.py",
        "models/vae/__init__.py",
        "models/_layers.py",
        "kinds/_data.py",
        "kinds/_registry.py",
        "errors.py",
        "train/run.py",
        "train/checkpoint.py",
        "train/environment.py",
        "tensorflow",
        "keras",
        "numpy",
        "datasets/digits.py",
        "datasets/steps/binarise.py",
        "datasets/steps/subset.py",
        "train/loop.py",
    } <= code
    assert not code & {
        "run/local.py",
        "run/schedule.py",
        "run/progress.py",
        "train/probe.py",
        "train/answers.py",
        "plan/steps.py",
        "matplotlib",
        "models/autoencoder/network.py",
        "datasets/steps/gaussian.py",
    }


def test_the_code_of_another_architecture_does_not_count(lab) -> None:
    """The code has only the architecture file that the model names, or none if both networks are custom."""
    others = {f"models/_networks/{name}.py" for name in _architectures.BY_NAME}

    def counted() -> set[str]:
        return others & set(lab.plan().runs["ae", 1].step.code)

    assert counted() == {"models/_networks/convolutional.py"}
    lab.edit("autoencoder, filters: [4, 8]", "autoencoder, architecture: dense, encoder: [Flatten]")
    assert counted() == {"models/_networks/dense.py"}
    lab.edit("encoder: [", "decoder: [{kind: Dense, units: 64}, {kind: Reshape, target_shape: [8, 8, 1]}], encoder: [")
    assert counted() == set()


def test_the_versions_that_count(lab) -> None:
    """A figure's key has the versions of what draws it, a metric's those of what measures it, and neither the other's."""
    lab.edit("  elbo:", "  use: {kind: latent_use, runs: [vae]}\n  elbo:")
    plan = lab.plan()
    figure = set(plan.figures["codes"].step.code)
    assert {"matplotlib", "PIL", "numpy", "store/reading.py", "drawing/_files.py"} <= figure
    assert not figure & {"tensorflow", "sklearn", "plots/decode_grid/__init__.py"}
    for planned in plan.facts.values():
        assert {"numpy", "store/reading.py", "measures/__init__.py"} <= set(planned.step.code)
        assert not {"matplotlib", "tensorflow"} & set(planned.step.code)


def test_the_code_of_a_step_of_ones_own(lab) -> None:
    """A change in the code of a user's data step trains again; a comment does not."""
    own = lab.experiment.parent / "flip.py"
    own.write_text(OWN)
    lab.edit("      - {kind: binarise", "      - ./flip.py\n      - {kind: binarise")
    first = run_keys(lab.plan())
    own.write_text("# mine\n" + own.read_text())
    assert run_keys(lab.plan()) == first
    own.write_text(own.read_text().replace("parameters: data)", "parameters: data or None)"))
    assert not set(run_keys(lab.plan()).values()) & set(first.values())


def test_versions_count(lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another minor version of TensorFlow trains again; a patch version does not."""

    def keys(tensorflow: str) -> dict[tuple[str, int], str]:
        known = importlib.metadata.version
        monkeypatch.setattr("importlib.metadata.version", lambda name: tensorflow if "tensorflow" in name else known(name))
        try:
            return run_keys(lab.plan())
        finally:
            monkeypatch.undo()

    assert keys("2.21.0") == keys("2.21.1")
    assert keys("2.21.0") != keys("2.22.0")
