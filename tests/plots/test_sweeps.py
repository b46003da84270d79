"""Figures of a sweep: measured values over a setting, and a grid of images for each setting."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from report_builder.errors import ReportError
from report_builder.kinds import FIGURES, Subject

SIZES, RATES = (2, 8, 32), (0.001, 0.01)
ARMS = {
    f"s-{size}-{rate}": {"model.latent_dim": size, "training.learning_rate": rate}
    for size, rate in itertools.product(SIZES, RATES)
}
FLAT = {f"s-{size}": {"model.latent_dim": size} for size in SIZES}
CURVES, PANEL = FIGURES.get("sweep_curves"), FIGURES.get("sweep_panel")


def people(arms):
    """Return the arms as a figure knows them."""
    return {run: Subject(run, "a VAE", "MNIST", 1, swept=swept) for run, swept in arms.items()}


def fact(*values, better="higher", unit="nats/image"):
    """Return a fact with a value for each seed."""
    about = {"unit": unit, "better": better, "reduction": "", "n": 60}
    return {"value": np.array(values), "seeds": np.arange(1, len(values) + 1)} | {k: np.array(v) for k, v in about.items()}


def measured(arms, value, **about):
    """Return the facts test.elbo of all arms, with the values `value(swept)`."""
    return {f"{run}.test.elbo": fact(*value(swept), **about) for run, swept in arms.items()}


def curves(drawn, arms, arrays, **parameters):
    """Draw curves over the arms."""
    given = {"runs": [*arms], "metrics": ["test.elbo"]} | parameters
    return drawn("sweep_curves", arrays, subjects=people(arms), **given)


def lines(drawing, panel=0):
    """Return the lines of a panel as lists of points."""
    axes = drawing.figure.axes[panel]
    return [line.get_xydata().tolist() for line in axes.get_lines() if line.get_markersize() == 4]


# --- curves -------------------------------------------------------------------------------------------------------------------


def test_a_line_goes_through_the_means(drawn):
    """The line shows the mean of three seeds, as cited in sentences, and each seed is a thin point."""
    drawing = curves(drawn, FLAT, measured(FLAT, lambda s: (s["model.latent_dim"], 1, 100)))
    assert lines(drawing) == [[[x, (x + 101) / 3] for x in SIZES]]
    points = np.concatenate([c.get_offsets() for c in drawing.figure.axes[0].collections])
    assert sorted(map(tuple, points)) == [(x, y) for x in SIZES for y in sorted((x, 1, 100))]
    assert "Open marks: single seeds" in drawing.details
    assert "Seeds: 1, 2 and 3" in drawing.details


def test_the_other_axis_of_the_sweep_makes_the_lines(drawn):
    """Values of the learning rate have a colour each, named in a legend titled with the setting."""
    drawing = curves(drawn, ARMS, measured(ARMS, lambda s: (s["model.latent_dim"] * s["training.learning_rate"],)))
    assert lines(drawing) == [[[x, pytest.approx(x * rate)] for x in SIZES] for rate in RATES]
    (legend,) = drawing.figure.legends
    assert legend.get_title().get_text() == "learning rate"
    assert [text.get_text() for text in legend.get_texts()] == ["0.001", "0.01"]
    assert "single seeds" not in drawing.details


def test_any_setting_may_stand_on_the_axis(drawn):
    """With `over`, the other axis gives the lines, and runs are in ascending order, however they are listed."""
    arms = dict(reversed(ARMS.items()))
    drawing = curves(drawn, arms, measured(arms, lambda s: (s["model.latent_dim"],)), over="training.learning_rate")
    assert lines(drawing) == [[[rate, size] for rate in RATES] for size in reversed(SIZES)]
    assert drawing.figure.axes[0].get_xlabel() == "learning rate"


@pytest.mark.parametrize(
    ("sizes", "scale"), [((2, 8, 32), "log"), ((2, 4, 8), "linear"), ((0, 1, 4), "linear"), ((0, 0.5, 100), "symlog")]
)
def test_values_that_span_a_decade_stand_on_a_logarithmic_axis(drawn, sizes, scale):
    """The axis is logarithmic from a factor of ten on, with a separate place for zero, and each value has a tick."""
    arms = {f"s-{size}": {"model.beta": size} for size in sizes}
    axes = curves(drawn, arms, measured(arms, lambda s: (1.0,))).figure.axes[0]
    assert axes.get_xscale() == scale
    assert axes.get_xticks().tolist() == [*sizes]
    assert [label.get_text() for label in axes.get_xticklabels()] == [str(size) for size in sizes]


def test_a_zero_stands_a_decade_before_the_next_value(drawn):
    """Zero has a place one decade before the next value, and the caption says where the axis is linear."""
    arms = {f"s-{size}": {"model.beta": size} for size in (0, 0.001, 1, 1000)}
    drawing = curves(drawn, arms, measured(arms, lambda s: (1.0,)), log_over=True)
    axes = drawing.figure.axes[0]
    places = axes.transData.transform([(beta, 1) for beta in (0, 0.001, 1, 1000)])[:, 0]
    np.testing.assert_allclose(np.diff(places) / np.diff(places)[0], [1, 3, 3], rtol=1e-6)
    assert "linear between 0 and 0.001" in drawing.details
    left, right = axes.get_window_extent().x0, axes.get_window_extent().x1
    assert 0.02 < (places[0] - left) / (right - left) < 0.1
    assert 0.02 < (right - places[-1]) / (right - left) < 0.1


@pytest.mark.parametrize(("values", "received"), [((-1, 1, 10), "-1, 1, 10"), (("a", "b"), "a, b")])
def test_a_logarithmic_axis_that_is_asked_for_is_drawn_or_refused(values, received):
    """Values that a logarithmic axis cannot show are refused by the plan, with the option and the values."""
    arms = {f"s-{value}": {"model.beta": value} for value in values}
    parameters = CURVES.parameters(runs=tuple(arms), metrics=("test.elbo",), log_over=True)
    with pytest.raises(ReportError, match=rf"log_over: a logarithmic axis(.|\n)*{received}"):
        CURVES.check(parameters, people(arms))


@pytest.mark.parametrize(
    ("value", "options", "rule"), [(0.0, {"log": True}, "zero or less"), (np.nan, {}, "not a finite number")]
)
def test_values_that_cannot_be_drawn_are_refused(drawn, value, options, rule):
    """A zero on a logarithmic axis, and a fact of a diverged training, are refused by name rather than left out."""
    arrays = measured(FLAT, lambda s: (value if s["model.latent_dim"] == 8 else 1.0,))
    with pytest.raises(ReportError, match=rule):
        curves(drawn, FLAT, arrays, **options)


def test_labels_that_would_touch_are_left_out(drawn):
    """On a narrow axis, close values keep their ticks, and only labels with room are printed."""
    arms = {f"s-{size}": {"model.beta": size} for size in (1000, 1001, 1002, 2000)}
    drawing = curves(drawn, arms, measured(arms, lambda s: (1.0,)), width_cm=7)
    labels = [label.get_text() for label in drawing.figure.axes[0].get_xticklabels()]
    assert labels == ["1000", "", "", "2000"]


def test_words_stand_side_by_side(drawn):
    """Values that are not numbers are categories in the order of the runs, without lines between them."""
    arms = {"s-a": {"model.kl": "closed_form"}, "s-b": {"model.kl": "monte_carlo"}}
    axes = curves(drawn, arms, measured(arms, lambda s: (len(s["model.kl"]),))).figure.axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["closed form", "Monte Carlo estimate"]
    assert axes.get_lines()[0].get_linestyle() == "None"


@pytest.mark.parametrize(("better", "x"), [("higher", 32), ("lower", 2)])
def test_the_best_is_marked_as_the_metric_prefers(drawn, better, x):
    """A ring marks the largest or smallest mean, as the metric prefers; a metric without a direction has none."""
    arrays = measured(FLAT, lambda s: (s["model.latent_dim"],), better=better)
    arrays |= {f"{run}.test.kl_loss": fact(3.0, better="none") for run in FLAT}
    drawing = curves(drawn, FLAT, arrays, metrics=["test.elbo", "test.kl_loss"], best=True)
    rings = [[line.get_xdata()[0] for line in a.get_lines() if line.get_fillstyle() == "none"] for a in drawing.figure.axes]
    assert rings == [[x], []]
    assert "Ring" in drawing.details


SCALES = {"unit": "bits", "reduction": "mean over pixels", "better": "lower", "n": 30}


@pytest.mark.parametrize("key", SCALES)
def test_facts_of_several_scales_share_no_axis(drawn, key):
    """Other units, reductions or directions are refused; other numbers of images only if the best run is marked."""
    arrays = measured(FLAT, lambda s: (1.0,))
    arrays["s-8.test.elbo"][key] = np.array(SCALES[key])
    for best in (False, True):
        if key == "n" and not best:
            assert "number of images: 60 and 30." in curves(drawn, FLAT, arrays).details
            continue
        with pytest.raises(ReportError, match=rf"runs: 's-2.test.elbo' and 's-8.test.elbo' are not on one scale.*\n.*{key}: "):
            curves(drawn, FLAT, arrays, best=best)


def test_without_a_direction_there_is_no_best(drawn):
    """As in a template, nothing can be best by a metric without a better direction."""
    with pytest.raises(ReportError, match="best: none of the metrics has a better direction"):
        curves(drawn, FLAT, measured(FLAT, lambda s: (1.0,), better="none"), best=True)


@pytest.mark.parametrize(("lines", "refused"), [([], True), (["training.epochs"], False), (None, True)])
def test_the_best_is_one_of_comparable_runs(lines, refused):
    """If the best run is requested, runs that differ in a setting neither shown nor swept are refused."""
    runs = {f"s-{size}": {"model": {"latent_dim": size}, "training": {"epochs": size // 5}} for size in SIZES}
    shown = {
        run: Subject(run, swept={"model.latent_dim": spec["model"]["latent_dim"]}, spec=spec) for run, spec in runs.items()
    }
    given = {"runs": [*runs], "metrics": ["test.elbo"], "lines": lines}
    CURVES.check(CURVES.parameters.model_validate(given), shown)
    asked = CURVES.parameters.model_validate(given | {"best": True})
    if not refused:
        CURVES.check(asked, shown)
        return
    with pytest.raises(ReportError, match=r"best: 's-2' and 's-8' differ in something else(?s:.*)training.epochs: 0 / 1"):
        CURVES.check(asked, shown)


ADAMS = {
    f"adam-{clip}-{rate}": {"training.optimizer": {"kind": "adam", "clipnorm": clip}, "training.learning_rate": rate}
    for clip, rate in itertools.product((1, 5), RATES)
}


def test_values_with_one_label_have_places_of_their_own(drawn):
    """Adam with two gradient limits has two places on the axis and two lines, named by run, since the labels are equal."""
    values = measured(ADAMS, lambda s: (s["training.optimizer"]["clipnorm"] + s["training.learning_rate"],))
    beside = curves(drawn, ADAMS, values, over="training.optimizer")
    axes = beside.figure.axes[0]
    assert lines(beside) == [[[0, 1 + rate], [1, 5 + rate]] for rate in RATES]
    assert len({label.get_text() for label in axes.get_xticklabels()}) == 2
    assert all("adam-" in label.get_text() for label in axes.get_xticklabels())
    (legend,) = curves(drawn, ADAMS, values, over="training.learning_rate").figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["adam-1-0.001", "adam-5-0.001"]


def test_bars_reach_from_the_smallest_to_the_largest_seed(drawn):
    """With `range`, each bar extends between the extremes, and the axis shows both."""
    drawing = curves(drawn, FLAT, measured(FLAT, lambda s: (s["model.latent_dim"], 1, 100)), spread="range")
    axes = drawing.figure.axes[0]
    ends = [segment[:, 1].tolist() for segment in axes.collections[0].get_segments()]
    assert ends == [[1, 100]] * 3
    low, high = axes.get_ylim()
    assert low < 1
    assert high > 100
    assert "Bars" in drawing.details


def test_each_metric_has_a_panel_and_the_caption_says_where_it_was_measured(drawn):
    """A title names the metric if the axis has its unit, and the caption gives the split and the number of images."""
    arrays = measured(FLAT, lambda s: (1.0,)) | {f"{run}.train.sharpness": fact(0.5, unit="") for run in FLAT}
    drawing = curves(drawn, FLAT, arrays, metrics=["test.elbo", "train.sharpness"])
    assert [axes.get_title(loc="left") for axes in drawing.figure.axes] == ["ELBO", ""]
    assert [axes.get_ylabel() for axes in drawing.figure.axes] == ["nats/image", "sharpness"]
    assert "ELBO: test set, number of images: 60." in drawing.details
    assert "Sharpness: training set, number of images: 60." in drawing.details
    assert drawing.details.startswith("Model: a VAE.\nData: MNIST.")


def test_the_table_has_what_the_picture_shows(drawn):
    """The table has the settings first, then the mean of each metric with its unit."""
    drawing = curves(drawn, ARMS, measured(ARMS, lambda s: (s["model.latent_dim"],)))
    rate, size, elbo = drawing.table.columns
    assert (rate.heading, size.heading, elbo.heading, elbo.unit) == ("learning rate", "latent dimensions", "ELBO", "nats/image")
    assert [*zip(rate.values, size.values, elbo.values, strict=True)] == [(str(r), str(s), s) for r in RATES for s in SIZES]


def test_words_have_no_place_upwards(drawn):
    """A fact whose value is a word is refused by name."""
    with pytest.raises(ReportError, match=r"this fact is a word.*\n.*s-2.*yes"):
        curves(drawn, FLAT, {f"{run}.test.elbo": fact("yes") for run in FLAT})


MISTAKES = {
    "no sweep": ({"a": {}, "b": {}}, {}, "over: the runs are not arms of a sweep", "over: model.latent_dim"),
    "no such setting": (ARMS, {"over": "model.latent_dims"}, "over: run 's-2-0.001' has no such setting", "latent_dims"),
    "all the same": (
        {"s-2-0.001": ARMS["s-2-0.001"], "s-8": ARMS["s-2-0.01"]},
        {"over": "model.latent_dim"},
        "same value",
        "2",
    ),
    "one place": (ARMS, {"over": "model.latent_dim", "lines": []}, "would lie in one place", "Name in 'lines'"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_runs_without_places_are_refused_before_they_are_trained(case):
    """`check` says which parameter of the untrained runs is wrong."""
    arms, given, rule, told = MISTAKES[case]
    parameters = CURVES.parameters.model_validate({"runs": [*arms], "metrics": ["test.elbo"]} | given)
    with pytest.raises(ReportError) as caught:
        CURVES.check(parameters, people(arms))
    assert rule in str(caught.value)
    assert told in str(caught.value)


# --- panels -------------------------------------------------------------------------------------------------------------------


def samples(n, level=0.5):
    """Return images of 4 x 4 pixels, each of one grey, brighter from image to image."""
    images = np.linspace(0, level, n)[:, None, None, None] * np.ones((1, 4, 4, 1))
    return {"images": images, "value_range": np.array([0.0, 1.0])}


def panel(drawn, arms, arrays, **parameters):
    """Draw a panel of the arms."""
    return drawn("sweep_panel", arrays, subjects=people(arms), **({"runs": [*arms], "n": 3} | parameters))


def headings(drawing):
    """Return the headings of the grids."""
    return [axes.texts[-1].get_text().replace("\xa0", " ") for axes in drawing.figure.axes]


def test_each_grid_has_its_setting_and_what_was_measured(drawn):
    """Headings give mean and deviation with the digits of the largest; the caption gives unit, split and seeds."""
    arrays = {run: samples(9) for run in FLAT} | measured(FLAT, lambda s: (-100.04 - s["model.latent_dim"], -98))
    drawing = panel(drawn, FLAT, arrays, metrics=["test.elbo"])
    assert headings(drawing) == [
        f"latent dimensions: {size}\nELBO: −{100.02 + size / 2 - 1:.1f} ± {(2.04 + size) / 2**0.5:.1f}" for size in SIZES
    ]
    assert "ELBO [nats/image]: test set, number of images: 60." in drawing.details
    assert "Values: mean and standard deviation over the seeds 1 and 2" in drawing.details
    assert "seed of the draw: 0" in drawing.details


def test_grids_with_one_value_of_the_first_setting_stand_side_by_side(drawn):
    """Three sizes and two rates make three bands of two grids, however many would fit side by side."""
    drawing = panel(drawn, ARMS, {run: samples(9) for run in ARMS})
    corners = [axes.get_position().bounds[:2] for axes in drawing.figure.axes]
    assert len({round(y, 6) for _, y in corners}) == 3
    assert len({round(x, 6) for x, _ in corners}) == 2
    assert headings(drawing)[1] == "latent dimensions: 2\nlearning rate: 0.01"


def test_headings_do_not_touch(drawn):
    """On a page filled with bands, grids are as far apart as their headings need."""
    swept = itertools.product(range(1, 7), (0.001, 0.002, 0.003))
    arms = {f"s-{size}-{rate}": {"model.latent_dim": size, "training.learning_rate": rate} for size, rate in swept}
    arrays = {run: samples(9) for run in arms} | measured(arms, lambda s: (-123.456, -234.567))
    figure = panel(drawn, arms, arrays, metrics=["test.elbo"]).figure
    figure.draw_without_rendering()
    boxes = [axes.texts[-1].get_window_extent() for axes in figure.axes]
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))
    assert figure.get_size_inches()[1] * 2.54 < 24


@pytest.mark.parametrize(
    ("probe", "asked"),
    [
        ({"kind": "samples"}, {"n": 9}),
        ({"kind": "samples", "n": 5, "seed": 3}, {"n": 5, "seed": 3}),
        ({"kind": "conditional_samples"}, {"per_condition": 3}),
        ({"kind": "decode_grid"}, {"n": 3}),
        ({"kind": "reconstructions"}, {"n": 3}),
        ({"kind": "reconstructions", "per_class": 2}, {"per_class": 2}),
        ({"kind": "interpolation"}, {"steps": 3}),
    ],
)
def test_counts_follow_from_n(probe, asked):
    """A probe is asked for as many images as fill a grid, unless the count is given."""
    request = PANEL.reads(PANEL.parameters(runs=("a",), n=3, probe=probe))["a"]
    assert (request.kind, request.parameters) == (probe["kind"], asked)


def rows_of(drawing):
    """Return rows and columns of the first grid, by its size in cells."""
    left, right = sorted(drawing.figure.axes[0].get_xlim())
    bottom, top = sorted(drawing.figure.axes[0].get_ylim())
    return (top - bottom) / (right - left)


def test_what_other_probes_give(drawn):
    """Originals are above reconstructions, the paths of an interpolation are rows, and samples of a class are a row."""
    one = samples(6)
    pairs = {"x": one["images"], "reconstruction": one["images"], "value_range": one["value_range"]}
    ways = {"images": one["images"].reshape(2, 3, 4, 4, 1), "value_range": one["value_range"]}
    classes = one | {"grid": np.array([2, 1, 3])}
    for arrays, kind, rows in ((pairs, "reconstructions", 4), (ways, "interpolation", 2), (classes, "conditional_samples", 2)):
        drawing = panel(drawn, FLAT, dict.fromkeys(FLAT, arrays), probe={"kind": kind})
        assert rows_of(drawing) == pytest.approx(rows / 3, abs=0.15)


def test_a_lattice_names_the_images_that_gave_its_range(drawn):
    """The caption names the split if codes of its images determine the range, but not with quantiles or limits."""
    places = {"axis_0": np.array([-1.0, 0, 1]), "axis_1": np.array([-1.0, 0, 1]), "limits": np.array([[-1.0, 1]] * 2)}
    arrays = dict.fromkeys(FLAT, samples(9) | places)
    for more, named in (({}, True), ({"lattice": "normal"}, False), ({"limits": [[-1, 1], [-1, 1]]}, False)):
        details = panel(drawn, FLAT, arrays, probe={"kind": "decode_grid", **more}).details
        assert ("test set" in details) == named
        assert ("quantiles" in details) == ("lattice" in more)


def test_runs_of_no_sweep_stand_under_their_names(drawn):
    """Without a sweep, and without `over`, a grid has its run's name."""
    drawing = panel(drawn, {"ae": {}, "vae": {}}, {run: samples(9) for run in ("ae", "vae")})
    assert headings(drawing) == ["ae", "vae"]


@pytest.mark.parametrize("over", [None, ["model.latent_dim"]])
def test_the_limits_of_every_grid_are_stated(drawn, over):
    """With two settings, or with equal headings, the caption has the limits of every run."""
    places = {"axis_0": np.array([-1.0, 0, 1]), "axis_1": np.array([-1.0, 0, 1])}
    arrays = {run: samples(9) | places | {"limits": np.array([[-level, level]] * 2)} for level, run in enumerate(ARMS, start=1)}
    details = panel(drawn, ARMS, arrays, probe={"kind": "decode_grid"}, over=over).details
    assert all(f"[−{level}, {level}] × [−{level}, {level}]" in details for level in range(1, 7))


def test_a_setting_that_a_run_does_not_have(drawn):
    """A setting that a run lacks, and that a heading cannot name, is refused by the plan."""
    parameters = PANEL.parameters(runs=tuple(FLAT), over=("model.latent_dims",))
    with pytest.raises(ReportError, match="over: run 's-2' has no such setting"):
        PANEL.check(parameters, people(FLAT))


def test_too_many_grids_do_not_fit_on_a_page(drawn):
    """Images smaller than a millimetre are refused, and the message says what to do."""
    arms = {f"s-{size}": {"model.latent_dim": size} for size in range(1, 60)}
    with pytest.raises(ReportError, match="would not fit on a page"):
        panel(drawn, arms, {run: samples(900) for run in arms}, n=30, columns=1)
