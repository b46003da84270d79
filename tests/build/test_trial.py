"""The user's own figures and metrics are tried on noise before anything trains: real calls, and no false refusals."""

from __future__ import annotations

import pytest

from report_builder.build import settle
from report_builder.errors import ReportError

FIGURE = '''"""Mine."""
import numpy as np
from report_builder.kinds import Drawing, Figure, Parameters as Base, ProbeRequest
class Parameters(Base):
    runs: tuple[str, ...]
def reads(parameters):
    return {run: ProbeRequest("PROBE", {}, run=run) for run in parameters.runs}
def draw(arrays, parameters, subjects, language):
    from matplotlib.figure import Figure as Page
    figure = Page()
    for run, found in arrays.items():
        LINE
    return Drawing(figure, subjects[run].name, "A figure.")
KIND = Figure(parameters=Parameters, reads=reads, draw=draw)
'''
METRIC = '''"""Mine."""
import numpy as np
from report_builder.kinds import Measured, Metric, Parameters as Base, ProbeRequest, Quantity
class Parameters(Base):
    split: str = "test"
def reads(parameters):
    return {"it": ProbeRequest("PROBE", {"n": 30})}
def values(parameters, requests):
    return [Quantity("length", reduction="mean over images")]
def measure(arrays, parameters):
    found = arrays["it"]
    LINE
    return {"length": Measured(float(np.mean(value)), 30, value)}
KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure)
'''
WRONG = [  # text, probe, line, error, message
    (
        FIGURE,
        "codes",
        "figure.gca().plot(found['z'])",
        "KeyError",
        "It was given: vae: z_mean (60, 2), z_log_var (60, 2), y (60,)",
    ),
    (FIGURE, "codes", "figure.gca().bar(found['z_mean'])", "TypeError", "height"),
    (FIGURE, "reconstructions", "figure.gca().imshow(found['x'])", "TypeError", "Invalid shape (10, 28, 28, 1)"),
    (FIGURE, "reconstructions", "found['y'] + np.zeros(7)", "ValueError", "broadcast"),
    (FIGURE, "codes", "figure.add_subplots(2)", "AttributeError", "add_subplot"),
    (METRIC, "codes", "value = found['z_mean'][:, 7]", "IndexError", "out of bounds"),
    (METRIC, "codes", "value = found['z_mean']", "ValueError", "array of shape (n,)"),
    (METRIC, "likelihood", "value = found['kl']", "KeyError", "kl_closed_form (30,)"),
    (METRIC, "images", "value = found['x'].mean(axis=4)", "AxisError", "x (30, 28, 28, 1)"),
    (METRIC, "codes", "return {}", "'measure' gives other values than 'values' declares", "'values' declares: length."),
    (METRIC, "codes", "return [1]", "'measure' returns a value of the wrong type", "A mapping: name -> Measured."),
]
RIGHT = [  # errors that noise cannot reveal
    (FIGURE, "codes", "figure.gca().plot(found['z_mean'], label=subjects[run].model)"),
    (FIGURE, "history", "figure.gca().plot(found['no_such_term'])"),
    (FIGURE, "progress", "found['nothing']"),
    (METRIC, "codes", "value = found['z_mean'][:, 0]; assert value.std() < 0.01"),
    (METRIC, "codes", "raise ValueError('the codes are not round')"),
    (METRIC, "codes", "raise KeyError('they are not')"),
    (METRIC, "codes", "import statistics; value = statistics.NormalDist(0, -1)"),
    (METRIC, "codes", "from scipy.optimize import brentq; value = brentq(np.cosh, 0, 1)"),
    (METRIC, "codes", "value = found['z_mean'][:, 0] / 0; np.linalg.inv(np.zeros((2, 2)))"),
    (METRIC, "images", "value = np.log(found['x'] - 5).mean(axis=(1, 2, 3))"),
    (METRIC, "codes", "value = 1 / 0"),
]


def set_up(lab, text: str, probe: str, line: str) -> None:
    """Use the figure or metric in the report, with this probe and line."""
    name = "figure.py" if text is FIGURE else "metric.py"
    (lab.experiment.parent / name).write_text(text.replace("PROBE", probe).replace("LINE", line))
    if text is FIGURE:
        lab.edit("kind: latent_scatter, runs: [ae, vae]", "kind: ./figure.py, runs: [vae]")
    else:
        lab.edit("kind: elbo, runs: [vae, longer]", "kind: ./metric.py, runs: [vae, longer]")


@pytest.mark.parametrize(("text", "probe", "line", "error", "said"), WRONG)
def test_what_would_fail_is_refused_before_the_training(lab, text, probe, line, error, said) -> None:
    """A wrong name, shape, type or result is reported once, with its line, its place in the report, and the inputs."""
    set_up(lab, text, probe, line)
    with pytest.raises(ReportError) as caught:
        settle(lab.plan())
    (problem,) = caught.value.problems
    message = str(problem)
    place = "figures.codes: figure.py:" if text is FIGURE else "metrics.elbo: metric.py:"
    assert place in message
    assert error in message
    assert said in message


@pytest.mark.parametrize(("text", "probe", "line"), RIGHT)
def test_what_noise_cannot_tell_is_not_refused(lab, text, probe, line) -> None:
    """Terms known only after training, exceptions raised by the file itself, and arithmetic are left to the real arrays."""
    set_up(lab, text, probe, line)
    settle(lab.plan())


def test_what_is_good_is_tried_once(lab, monkeypatch) -> None:
    """A figure that passed is not drawn on noise again until its file changes."""
    set_up(lab, FIGURE, "codes", "open('seen', 'a').write('x')")
    monkeypatch.chdir(lab.folder)
    for _ in range(2):
        plan = lab.plan()
        settle(plan)
        plan.store.memo.save()
    assert (lab.folder / "seen").read_text() == "x"
    lab.edit("'x'", "'y'", file=lab.experiment.parent / "figure.py")
    settle(lab.plan())
    assert (lab.folder / "seen").read_text() == "xx"  # this process sees the file as it was
