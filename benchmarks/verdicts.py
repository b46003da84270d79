"""Error rates of verdicts: simulations of the rule, with the same functions that decide in a report.

    python benchmarks/verdicts.py                              # prints the tables of docs/verdicts.md; about a minute
    python benchmarks/verdicts.py --trainings 24 --folder F    # trains one dense VAE that often, and compares it with itself

In the simulations the value of an image is the sum of the model's mean, an effect of the seed, an effect of the image for this
model, and noise of this seed on this image. The unit is the standard error of a difference due to the images (image error).
"""

from __future__ import annotations

import argparse
import itertools
import math
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from report_builder.build import Options, build, gather, plan_report
from report_builder.build.workspace import Workspace
from report_builder.facts import LEVEL
from report_builder.facts.chance import Side, estimate, monotone
from report_builder.facts.comparing import compare

IMAGES = 40  # enough for their quantile; more only take longer
DRAWS = 10_000
SEEDS = ((3, 3), (3, 5), (5, 5))
RATIOS = (1.0, 3.0, 10.0)
SPREADS = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)
SWEEPS = (3, 5, 8)  # arms


def simulated(random: np.random.Generator, seeds: int, spread: float, shift: float = 0.0, draws: int = DRAWS) -> Side:
    """Return a side whose trainings have deviation `spread`; image effects and noise give a difference an error of about 1."""
    own = random.normal(0, spread, (draws, seeds, 1))
    effect = random.normal(0, math.sqrt(IMAGES / 2), (draws, 1, IMAGES))
    noise = random.normal(0, 0.3 * math.sqrt(IMAGES / 2), (draws, seeds, IMAGES))
    values = shift + own + effect + noise
    means = values.mean(axis=-1)
    return Side(means, (values - means[..., None]) / IMAGES)


def against(left: Side, right: Side) -> Side:
    """Return the other side of a difference."""
    return Side(right.means, right.parts, -1.0)


def found(left: Side, right: Side, level: float = LEVEL) -> np.ndarray:
    """Return the sign of each simulated difference that is called measurable, else 0: `(draws,)` in -1, 0, 1."""
    made = estimate([left, against(left, right)], units=IMAGES)
    return np.sign(made.value) * (np.abs(made.value) > made.margin(level))


def false_differences(random: np.random.Generator) -> Iterator[list[str]]:
    """Yield the share of equal models called different at a spread of 2, and the largest share over all spreads."""
    yield ["seeds", *(f"spreads 1:{ratio:g}" for ratio in RATIOS)]
    for k, m in SEEDS:
        cells = []
        for ratio in RATIOS:
            shares = {s: float((found(simulated(random, k, s), simulated(random, m, s * ratio)) != 0).mean()) for s in SPREADS}
            if k != m:  # the side with more seeds may also be the one with the smaller spread
                turned = {
                    s: float((found(simulated(random, k, s * ratio), simulated(random, m, s)) != 0).mean()) for s in SPREADS
                }
                shares = {s: max(shares[s], turned[s]) for s in SPREADS}
            cells.append(f"{shares[2.0]:.1%} ({max(shares.values()):.1%})")
        yield [f"{k}/{m}", *cells]


def power(random: np.random.Generator) -> Iterator[list[str]]:
    """Yield the share of true differences that are found, of 2 and 4 deviations over seeds, at a spread of 2."""
    yield ["seeds", "2 deviations", "4 deviations"]
    for k in (3, 5, 10):
        shares = [(found(simulated(random, k, 2.0, 2.0 * size), simulated(random, k, 2.0)) > 0).mean() for size in (2, 4)]
        yield [f"{k}/{k}", *(f"{share:.0%}" for share in shares)]


def words(random: np.random.Generator) -> Iterator[list[str]]:
    """Yield the share of sweeps without differences for which each word or verdict claims one."""
    yield ["arms", "seeds", "spreads", "`best(...).ahead`", "`rank`", "verdict, best against worst", "`trend`"]
    for arms, (k, ratio) in itertools.product(SWEEPS, ((3, 1.0), (3, 10.0), (5, 1.0))):
        spreads = [2.0 * (ratio if place == arms - 1 else 1.0) for place in range(arms)]
        sides = [simulated(random, k, spread, draws=DRAWS // 4) for spread in spreads]
        ahead, cut, worst = _ordered(sides)
        values = np.stack([random.normal(0, 1, arms) for _ in range(2000)])
        trends = np.mean([monotone(row.tolist())[1] <= LEVEL for row in values]) if arms >= 5 else math.nan
        told = "refused" if math.isnan(trends) else f"{trends:.1%}"
        yield [f"{arms}", f"{k}", f"1:{ratio:g}", *(f"{share.mean():.1%}" for share in (ahead, cut, worst)), told]


def _ordered(sides: Sequence[Side]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for each draw whether the first is ahead of all others, whether two groups separate, whether first beats last."""
    arms = len(sides)
    pairs = {
        (i, j): found(sides[i], sides[j], LEVEL / (arms * (arms - 1) / 2)) for i, j in itertools.combinations(range(arms), 2)
    }
    beats = np.zeros((len(sides[0].means), arms, arms), dtype=bool)
    for (i, j), way in pairs.items():
        beats[:, i, j], beats[:, j, i] = way > 0, way < 0
    order = np.argsort(-np.stack([side.means.mean(axis=-1) for side in sides], axis=1), axis=1)
    rows = np.arange(len(beats))[:, None, None]
    beats = beats[rows, order[:, :, None], order[:, None, :]]
    cuts = np.stack([beats[:, :end, end:].all(axis=(1, 2)) for end in range(1, arms)], axis=1)
    return cuts[:, 0], cuts.any(axis=1), beats[:, 0, -1]


def table(rows: Iterator[list[str]]) -> str:
    """Format a Markdown table."""
    head, *body = [*rows]
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


EXPERIMENT = """\
report: {{title: Trainings, appendix: false}}
data: {{digits: {{dataset: {{kind: digits, copies: 0}}, steps: [scale, {{kind: binarise, threshold: 0.5}}]}}}}
runs:
{runs}
metrics:
  elbo: {{kind: elbo, runs: [{names}], split: test}}
  reconstruction: {{kind: reconstruction, runs: [{names}], split: test}}
  codes: {{kind: code_statistics, runs: [{names}], split: test}}
  deviations: {{kind: code_deviations, runs: [{names}], split: test}}
  sharpness: {{kind: sharpness, runs: [{names}], split: test}}
  grid: {{kind: sharpness, runs: [{names}], probe: {{kind: decode_grid, n: 10}}}}
"""
RUN = """\
  {name}:
    data: digits
    model: {{kind: vae, preset: dense, latent_dim: 2}}
    training: {{epochs: 10, batch_size: 32, learning_rate: 1e-3}}
    seeds: [{seeds}]
"""


def trained(count: int, folder: Path) -> Iterator[list[str]]:
    """Train one model `count` times and yield the share of facts called different between disjoint groups of three."""
    groups = {f"g{i}": range(3 * i + 1, 3 * i + 4) for i in range(count // 3)}
    runs = "".join(RUN.format(name=name, seeds=", ".join(map(str, seeds))) for name, seeds in groups.items())
    for place, text in (("experiments", EXPERIMENT.format(runs=runs, names=", ".join(groups))), ("templates", "x\n")):
        (folder / place).mkdir(parents=True, exist_ok=True)
        (folder / place / ("trainings.yaml" if place == "experiments" else "trainings.md")).write_text(text, encoding="utf-8")
    places = ("experiments", "templates", "runs", "build", "figures")
    workspace = Workspace(*(folder / place for place in places), data=(folder / "data",))
    plan = plan_report("trainings", workspace)
    build(plan, workspace, Options(formats=("md",)))
    facts = gather.material(plan).facts
    yield ["fact", "pairs of groups", "called different"]
    pairs = [*itertools.combinations(groups, 2)]
    called = {pair: [] for pair in pairs}
    for name in sorted({name.partition(".")[2] for name in facts}):
        kinds = [facts[f"{group}.{name}"] for group in groups]
        if "time" in name or any(fact.noise == "exact" or isinstance(fact.value, str) for fact in kinds):
            continue
        answers = [compare(facts[f"{a}.{name}"], facts[f"{b}.{name}"], by=[]).found for a, b in pairs]
        for pair, answer in zip(pairs, answers, strict=True):
            called[pair].append(answer)
        yield [f"`{name}`", f"{len(pairs)}", f"{sum(answers)}"]
    share = float(np.mean([*called.values()]))
    without = [np.mean([found for pair, found in called.items() if group not in pair]) for group in groups]
    error = math.sqrt((len(groups) - 1) * np.var(without)) if len(groups) > 2 else math.nan  # groups are left out in turn
    yield ["all", f"{len(pairs)}", f"{share:.1%} ± {1.96 * error:.1%}"]


def main() -> None:
    """Print the requested tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainings", type=int, default=0, help="number of real trainings, a multiple of 3")
    parser.add_argument("--folder", type=Path, default=None, help="folder of the trainings; default: a temporary folder")
    asked = parser.parse_args()
    if asked.trainings:
        print(table(trained(asked.trainings, asked.folder or Path(tempfile.mkdtemp()))))
        return
    random = np.random.default_rng(2026)
    for title, rows in (("Equal models called different", false_differences), ("Differences found", power), ("Words", words)):
        print(f"{title}\n\n{table(rows(random))}\n", flush=True)


if __name__ == "__main__":
    main()
