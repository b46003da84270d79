"""Curves over epochs."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.errors import ReportError
from report_builder.kinds import MODELS, Subject, Term


def history(shift=0.0, n=5, **more):
    """Return a falling loss."""
    return {"loss": 10.0 - np.arange(n) + shift, "epoch_time": np.ones(n)} | more


def of(run, model, **parameters):
    """Return a run of a built-in model with these parameters and its declared terms."""
    kind = MODELS.get(model)
    logged = kind.logs(kind.parameters(**parameters))
    return {run: Subject(run.upper(), "a model", "MNIST", 1, terms={term.name: term for term in logged})}


def lines(drawing):
    """Return the lines of the first panel."""
    return drawing.figure.axes[0].get_lines()


def test_epochs_are_counted_from_one(drawn):
    """The first value of a term is at epoch 1, the last at the number of epochs."""
    (line,) = lines(drawn("training_curves", {"ae": history()}))
    assert line.get_xdata()[[0, -1]].tolist() == [1, 5]
    np.testing.assert_allclose(line.get_ydata(), history()["loss"])


def test_epochs_can_be_left_out_at_the_start(drawn):
    """`from_epoch` drops the first values, and the others keep their epochs."""
    (line,) = lines(drawn("training_curves", {"ae": history()}, from_epoch=3))
    assert line.get_xdata().tolist() == [3, 4, 5]
    np.testing.assert_allclose(line.get_ydata(), history()["loss"][2:])


def test_several_seeds_are_thin_lines_around_their_mean(drawn):
    """Each seed is drawn, and thicker their mean over common epochs; the caption says so and names the seeds."""
    arrays = {"vae@1": history(), "vae@2": history(2, n=4)}
    people = {f"vae@{seed}": Subject("VAE", "a model", "MNIST", seed) for seed in (1, 2)}
    drawing = drawn("training_curves", arrays, subjects=people)
    first, second, mean = lines(drawing)
    assert mean.get_linewidth() > max(first.get_linewidth(), second.get_linewidth())
    np.testing.assert_allclose(mean.get_ydata(), history(1)["loss"][:4])
    assert "Seeds: 1 and 2" in drawing.details
    assert "their mean" in drawing.details


def test_seeds_are_said_of_each_run_where_they_differ(drawn):
    """A run of one seed next to one of two is not said to have two."""
    people = {"ae": Subject("AE", "a model", "MNIST", 1)}
    people |= {f"vae@{seed}": Subject("VAE", "a model", "MNIST", seed) for seed in (1, 2)}
    drawing = drawn("training_curves", {"ae": history(), "vae@1": history(), "vae@2": history(2)}, subjects=people)
    assert "Seeds: AE: 1; VAE: 1 and 2." in drawing.details


def test_held_out_images_are_dashed(drawn):
    """The same term on test images has the run's colour and a dashed line, and the legend explains both."""
    drawing = drawn("training_curves", {"ae": history(test_loss=np.full(5, 9.0)), "vae": history(1)})
    train, test, other = lines(drawing)
    assert train.get_color() == test.get_color() != other.get_color()
    assert (train.get_linestyle(), test.get_linestyle()) == ("-", "--")
    assert [text.get_text() for text in drawing.figure.legends[0].get_texts()] == ["AE", "VAE", "training", "test"]


@pytest.mark.parametrize(("loss", "unit"), [("bce", "nats/image"), ("mse", "loss")])
def test_only_nats_are_labelled_as_nats(drawn, loss, unit):
    """The loss of a run that minimised a squared error has no unit."""
    people = of("ae", "autoencoder", loss=loss)
    assert drawn("training_curves", {"ae": history()}, subjects=people).figure.axes[0].get_ylabel() == unit


def test_only_declared_units_are_printed(drawn):
    """A user's model declares what it logs and how it is called; no unit is claimed for anything else."""
    said = (Term("kl_loss", "nats/image"), Term("codebook_loss", "", "distance to the codebook"))
    people = {"own": Subject("Own", "a model", "MNIST", 1, terms={term.name: term for term in said})}
    terms = adversarial(
        **dict.fromkeys(("loss", "kl_loss", "codebook_loss", "val_codebook_loss", "commitment_loss"), np.ones(5))
    )
    drawing = drawn("training_curves", {"own": terms}, subjects=people, terms=[*terms], held_out=False)
    units = {term: column.unit for term, column in zip(terms, drawing.table.columns[1:], strict=True)}
    assert units == dict.fromkeys(terms, "") | {"kl_loss": "nats/image"}
    headings = [column.heading for column in drawing.table.columns]
    assert {"distance to the codebook", "distance to the codebook (validation)", "commitment loss"} <= {*headings}


def test_a_term_that_no_run_logged_is_refused(drawn):
    """For a misspelt term, the message suggests the nearest name."""
    with pytest.raises(ReportError, match="Did you mean 'loss'"):
        drawn("training_curves", {"ae": history()}, terms=("lss",))


def adversarial(**more):
    """Return the terms that a GAN logs."""
    terms = {"generator_loss": np.linspace(1, 2, 5), "discriminator_loss": np.linspace(2, 1, 5)}
    return terms | {"epoch_time": np.ones(5)} | more


def legend(drawing):
    """Return the texts of the only legend."""
    (only,) = drawing.figure.legends
    return [text.get_text() for text in only.get_texts()]


def test_adversarial_losses_share_a_panel(drawn):
    """By default, a GAN shows both losses in one panel, each in its colour, with one legend."""
    drawing = drawn("training_curves", {"gan": adversarial()}, subjects=of("gan", "gan"))
    generator, discriminator = lines(drawing)
    assert len(drawing.figure.axes) == 1
    np.testing.assert_allclose(generator.get_ydata(), np.linspace(1, 2, 5))
    assert generator.get_color() != discriminator.get_color()
    assert legend(drawing) == ["generator loss", "discriminator loss"]
    assert (drawing.figure.axes[0].get_title(loc="left"), drawing.figure.axes[0].get_ylabel()) == ("Losses", "nats/image")


def critical(**more):
    """Return the terms that a Wasserstein GAN logs."""
    terms = {"generator_loss": np.linspace(-9, -2, 5), "critic_loss": np.linspace(-8, -1, 5)}
    return terms | {"score_difference": np.linspace(9, 2, 5), "epoch_time": np.ones(5)} | more


def test_scores_have_no_unit(drawn):
    """Generator and critic share a panel without a unit; the generator's loss is in nats only next to a discriminator's."""
    drawing = drawn("training_curves", {"wgan": critical()}, subjects=of("wgan", "wgan"))
    assert legend(drawing) == ["generator loss", "critic loss"]
    assert drawing.figure.axes[0].get_ylabel() == "losses"
    units = {
        run: drawn("training_curves", {run: each}, subjects=of(run, run)).table
        for run, each in (("gan", adversarial()), ("wgan", critical()))
    }
    assert [column.unit for column in units["gan"].columns[1:]] == ["nats/image", "nats/image"]
    assert [column.unit for column in units["wgan"].columns[1:]] == ["", ""]


def test_losses_of_different_models_have_no_common_unit(drawn):
    """If a GAN and a Wasserstein GAN share a panel, all losses are drawn, and nats are not claimed for scores."""
    drawing = drawn(
        "training_curves", {"gan": adversarial(), "wgan": critical()}, subjects=of("gan", "gan") | of("wgan", "wgan")
    )
    assert len(lines(drawing)) == 4
    assert drawing.figure.axes[0].get_ylabel() == "losses"


def test_a_caption_says_what_a_score_difference_is(drawn):
    """It is called an estimate of the Wasserstein distance up to a factor, and only if it is drawn."""
    shown = drawn("training_curves", {"wgan": critical()}, terms=("score_difference",))
    assert "Wasserstein distance, up to a factor" in shown.details
    assert shown.figure.axes[0].get_ylabel() == "score difference"
    assert "Wasserstein" not in drawn("training_curves", {"wgan": critical()}).details


def test_held_out_losses_have_the_colour_of_their_term(drawn):
    """Losses on validation images are dashed lines of the same colours, explained once in the legend."""
    drawing = drawn("training_curves", {"gan": adversarial(val_generator_loss=np.ones(5), val_discriminator_loss=np.ones(5))})
    colours = [line.get_color() for line in lines(drawing)]
    assert [line.get_linestyle() for line in lines(drawing)] == ["-", "--", "-", "--"]
    assert (colours[0], colours[2]) == (colours[1], colours[3])
    assert legend(drawing) == ["generator loss", "discriminator loss", "training", "validation"]


def test_terms_of_several_runs_are_named_by_both(drawn):
    """If terms of two runs share a panel, each has its own colour and is named by run and term."""
    drawing = drawn("training_curves", {"gan": adversarial(), "half": adversarial()})
    assert len({line.get_color() for line in lines(drawing)}) == 4
    assert sorted(legend(drawing))[:2] == ["GAN: discriminator loss", "GAN: generator loss"]


def test_a_long_legend_makes_the_figure_higher(drawn):
    """Additional lines of the legend do not reduce the height of the panels."""
    one, many = (drawn("training_curves", {f"run-{i}": adversarial() for i in range(n)}) for n in (1, 4))
    assert many.figure.get_size_inches()[1] > one.figure.get_size_inches()[1] + 0.3


def test_panels_may_be_mixed(drawn):
    """A list of terms shares a panel, a single term has its own, and a term of held-out images only is drawn as well."""
    history = adversarial(accuracy=np.ones(5), val_accuracy=np.ones(5))
    terms = (("generator_loss", "discriminator_loss"), "val_accuracy")
    axes = drawn("training_curves", {"gan": history}, terms=terms).figure.axes
    assert [each.get_ylabel() for each in axes] == ["losses", "accuracy (validation)"]
    assert [each.get_title(loc="left") for each in axes] == ["", ""]  # stated by an axis already
    assert [len(each.get_lines()) for each in axes] == [2, 1]


def test_runs_without_a_loss_are_refused(drawn):
    """If no run logged a loss, the message lists what was logged."""
    with pytest.raises(ReportError, match="Known: epoch_time"):
        drawn("training_curves", {"gan": {"epoch_time": np.ones(5)}})


def columns(drawing):
    """Return heading, unit and values of each column of the table."""
    return [(column.heading, column.unit, list(column.values)) for column in drawing.table.columns]


def test_the_curves_are_a_table_too(drawn):
    """S1-E15: the table has a row for each shown epoch, and a column for each line, with its unit."""
    people = of("ae", "autoencoder")
    arrays = {"ae": history(test_loss=np.full(5, 9.0))}
    found = columns(drawn("training_curves", arrays, subjects=people, from_epoch=3))
    assert found == [
        ("epoch", "", [3, 4, 5]),
        ("loss", "nats/image", [8, 7, 6]),
        ("loss (test)", "nats/image", [9, 9, 9]),
    ]


def test_a_long_training_is_a_short_table(drawn):
    """For many epochs, the table has the first, ever fewer later ones, and the last, as means over remaining seeds."""
    arrays = {"vae@1": history(n=60), "vae@2": history(2, n=55), "ae@1": history(n=60)}
    epochs, vae, ae = columns(drawn("training_curves", arrays))
    assert epochs[2] == [1, 2, 5, 10, 20, 50, 60]
    assert vae == ("VAE: loss", "", [11, 10, 7, 2, -8, -38, None])
    assert ae[2] == [10, 9, 6, 1, -9, -39, -49]


def test_a_single_epoch_shows_which_images_it_was_measured_on(drawn):
    """If there is no line to be dashed, marks distinguish training from held-out images, including in the legend."""
    drawing = drawn("training_curves", {"ae": history(n=1, test_loss=np.full(1, 9.5))})
    train, test = lines(drawing)
    assert test.get_markerfacecolor() == "white" != train.get_markerfacecolor()
    (legend,) = drawing.figure.legends
    assert [handle.get_markerfacecolor() == "white" for handle in legend.legend_handles] == [False, True]


def test_epochs_without_a_finite_value_are_counted_in_the_caption(drawn):
    """The caption counts epochs without a finite value, so that a diverged curve does not look like a stopped one."""
    astray = np.array([3.0, 2.0, np.nan, np.inf])
    drawing = drawn("training_curves", {"ae": {"loss": astray}, "vae": history(n=4)})
    assert "Epochs without a finite value, not drawn: AE: loss: 2." in drawing.details
    assert "finite" not in drawn("training_curves", {"vae": history(n=4)}).details


def test_an_axis_that_would_hide_values_is_refused(drawn):
    """A logarithmic axis for negative losses, and a first epoch after the last one, are refused."""
    with pytest.raises(ReportError, match="no place for zero or less"):
        drawn("training_curves", {"wgan": {"loss": np.array([1.0, -1.0])}}, log=True)
    with pytest.raises(ReportError, match="no run has such an epoch"):
        drawn("training_curves", {"ae": history()}, from_epoch=6)


def test_a_logarithmic_axis_prints_its_numbers_as_the_language_does(drawn):
    """Numbers between powers of ten are also printed with the decimal mark of the language, not as formulas."""
    drawing = drawn("training_curves", {"ae": {"loss": np.array([0.2, 0.3, 0.5])}}, log=True, language="pl")
    drawing.figure.draw_without_rendering()
    axis = drawing.figure.axes[0].yaxis
    found = {label.get_text() for label in [*axis.get_ticklabels(minor=False), *axis.get_ticklabels(minor=True)]}
    assert found >= {"0,2", "0,3"}
    assert not any("$" in text or "." in text for text in found)
