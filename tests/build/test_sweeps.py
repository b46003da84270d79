"""A report on a sweep: what it trains, and what its sentences say about the best arm."""

from __future__ import annotations

import pytest

from report_builder.build import gather
from report_builder.languages import NO_BREAK

SWEEP = "sweeps:\n  latent: {run: vae, name: 'z = {latent_dim}', over: {model.latent_dim: [2]}}\nmetrics:\n"
BEST = 'best("latent", "test.elbo", on_test=True)'
TASK = f"""\
Chosen: {{{{ {BEST}.name }}}}, {{{{ fact({BEST}.id ~ ".arms.sharpness") }}}}.

{{{{ fact_table("latent", [("ELBO", "test.elbo", 1)], id="tbl:arms", caption="Arms.") }}}}

{{{{ figure("grid") }}}}
"""


@pytest.mark.slow
def test_a_sweep_goes_on_where_it_was(built) -> None:
    """A value added to a sweep trains only its own arm; task and document then name the arm with the best measurement."""
    built.edit("metrics:\n", SWEEP)
    built.edit("[vae, longer], split: test", "[vae, longer, latent], split: test")
    built.edit(
        "  reconstruction:", "  arms: {kind: sharpness, runs: [latent], probe: {kind: samples, n: 20}}\n  reconstruction:"
    )
    built.edit('{{ figure("grid") }}\n', TASK, built.template)
    built.edit("[2]}}", "[2, 3]}}")
    assert [label for label in built.to_do() if label.startswith("run ")] == ["run latent-3, seed 1"]
    assert built.run("task", "2", "--report", "tiny", "--to", "md") == 0
    assert built.run("build", "tiny", "--to", "md") == 0
    text = (built.workspace.build / "tiny" / "tiny.md").read_text(encoding="utf-8")
    text = text.replace("$`z`$", "z").replace(NO_BREAK, " ")  # a variable may be a formula, and a relation stays with its sides
    facts = gather.material(built.plan()).facts
    best = max((2, 3), key=lambda d: facts[f"latent-{d}.test.elbo"].value)
    assert f"Chosen: z = {best}," in text
    assert all(f"| z = {d} " in text for d in (2, 3))
    assert not built.to_do()
