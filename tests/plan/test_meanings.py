"""What the plan looks at in the parameters of a kind is written down where kinds are described."""

from __future__ import annotations

import ast

from report_builder.kinds import DATA_STEPS, DATASETS, FIGURES, METRICS, MODELS, PROBES
from report_builder.kinds._meanings import READ_BY_PLAN
from report_builder.plan import steps

READERS = ("beside", "layouts", "measures", "prepared", "requests", "resolve", "resolved")
KEYS_OF_THE_FILE = {"data", "metrics", "parts", "runs", "steps"}  # of the experiment, and the names of some parameters, too
SPLITS = {"train", "test", "validation"}


def test_every_name_that_the_plan_reads_has_its_meaning() -> None:
    """Names of parameters that stand as words in the plan's code, apart from keys and splits; and no name in vain."""
    registries = (DATASETS, DATA_STEPS, MODELS, PROBES, METRICS, FIGURES)
    names = {name for registry in registries for _, module in registry for name in module.Parameters.model_fields}
    folder = steps.PACKAGE / "plan"
    trees = [ast.parse((folder / f"{reader}.py").read_text(encoding="utf-8")) for reader in READERS]
    words = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert (words & names) - KEYS_OF_THE_FILE - SPLITS == set(READ_BY_PLAN)
