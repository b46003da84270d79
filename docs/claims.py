"""Write `docs/claims.webp`: an exchanged fact reverses its sentence, a false claim does not build: `python docs/claims.py`.

Everything shown is the program's own output for the demonstration: its pages in a browser, its messages in a terminal.
"""

from __future__ import annotations

import html
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from PIL import Image

from report_builder.build import Workspace, gather, plan_report
from report_builder.document.composing import compose
from report_builder.document.material import Material
from report_builder.document.rendering import render
from report_builder.document.writing import write

PICTURE = Path(__file__).with_suffix(".webp")
WIDE, TALL, QUALITY = 900, 470, 80
PAIR = ("vae.test.reconstruction_bce", "ae.test.reconstruction_bce")
WORDS = '{{ compare("vae", "ae", "test.reconstruction_bce") }}'
CLAIM = f'The VAE {{{{ claim("{PAIR[0]}", "worse", "{PAIR[1]}", "reconstructs worse", by="model") }}}}.'
REST = '\n\n[@fig:reconstructions]{.Nom} shows the images.\n\n{{ figure("reconstructions") }}\n'
STYLE = """<meta charset="utf-8"><style>
  body { margin: 0; font: 15px "DejaVu Sans", sans-serif; } h2 { font-size: 19px; margin: 0; grid-column: 1 / 3; }
  .frame { height: 470px; width: 900px; box-sizing: border-box; padding: 16px; background: #e9edf3; display: grid; gap: 12px;
    grid-template: 26px 118px 1fr / 410px 1fr; overflow: hidden; }
  pre, .page { margin: 0; border-radius: 6px; background: #fff; overflow: hidden; }
  pre { padding: 12px; font: 12.5px/1.5 "DejaVu Sans Mono"; white-space: pre-wrap; }
  pre.terminal { background: #17202b; color: #e6edf3; } .page { grid-row: 2 / 4; grid-column: 2; } .left { grid-column: 1; }
  table { border-collapse: collapse; width: 100%; background: #fff; } td { border: 1px solid #ccd; padding: 8px; }
  img { width: 100%; } .now td { background: #ffe9a8; }
  .none { padding: 90px 20px; text-align: center; color: #a33; font-size: 18px; }
</style>"""


def main() -> None:
    """Regenerate the animation."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "demo"
        told(folder, "demo", str(folder))
        frames = [*scenes(folder, Path(scratch))]
        sheet = shot(STYLE + "".join(frame for frame, _ in frames), Path(scratch) / "frames", WIDE, TALL * len(frames))
        first, *rest = [sheet.crop((0, i * TALL, WIDE, (i + 1) * TALL)) for i in range(len(frames))]
    times = [ms for _, ms in frames]
    first.save(PICTURE, save_all=True, append_images=rest, duration=times, loop=0, quality=QUALITY, method=6)


def scenes(folder: Path, scratch: Path) -> Iterator[tuple[str, int]]:
    """Yield each frame and its duration in milliseconds."""
    (folder / "templates" / "quickstart.md").write_text(WORDS + REST, encoding="utf-8")
    found = gather.material(plan_report("quickstart", Workspace.at(folder)))
    other = exchanged(found)
    before, after = (page(folder, material, scratch / name) for material, name in ((found, "before"), (other, "after")))
    ask, swap = "A sentence of the template asks what was measured.", "Were the two results exchanged ..."
    yield frame(ask, WORDS, table(found), before), 4200
    yield frame(swap, WORDS, table(other, now=True), before), 1600
    yield frame(swap + " the sentence would say so.", WORDS, table(other, now=True), after), 4200
    yield frame("The results are what they are.", WORDS, table(found), before), 1400
    typed = [CLAIM[:end] for end in range(8, len(CLAIM), 9)]
    yield from ((frame("A claim of your own ...", text + "▌", table(found), before), 110) for text in typed)
    (folder / "templates" / "quickstart.md").write_text(CLAIM + REST, encoding="utf-8")
    command = "$ report-builder build quickstart\n"
    said = told(folder, "build", "quickstart")
    yield frame("A claim of your own ...", CLAIM, terminal(command), before), 1000
    nothing = '<div class="none">no document</div>'
    yield frame("... that is false does not build.", CLAIM, terminal(command + said), nothing), 6500


def exchanged(material: Material) -> Material:
    """Return the facts with the measurements of both models exchanged."""
    a, b = (material.facts[name] for name in PAIR)
    swapped = {a.name: replace(a, measurements=b.measurements), b.name: replace(b, measurements=a.measurements)}
    return replace(material, facts={**material.facts, **swapped})


def page(folder: Path, material: Material, place: Path) -> str:
    """Return the HTML page of the template as an image."""
    document = compose(render(folder / "templates" / "quickstart.md", material), material)
    written = write(document, ("html",), place, "page")
    text = written.paths["html"].read_text(encoding="utf-8").replace('decoding="async"', "")  # no lazily loaded images
    shot(text, place / "shot", 560, 520)
    return f'<img decoding="sync" src="{(place / "shot.png").as_uri()}">'


def table(material: Material, *, now: bool = False) -> str:
    """Return the two stored values as a table."""
    rows = "".join(f"<tr><td>{name}</td><td>{material.facts[name].value:.1f}</td></tr>" for name in PAIR)
    return f'<table class="{"now" if now else ""}">{rows}</table>'


def terminal(text: str) -> str:
    """Return a terminal."""
    return f'<pre class="terminal">{html.escape(text)}</pre>'


def frame(title: str, template: str, left: str, right: str) -> str:
    """Return one frame: title, template, stored facts or output, page."""
    source = f'<pre class="left">{html.escape(template)}</pre><div class="left">{left}</div>'
    return f'<div class="frame"><h2>{title}</h2>{source}<div class="page">{right}</div></div>'


def told(folder: Path, *command: str) -> str:
    """Return the output of the program, and its exit code if that is not 0."""
    program, here = [sys.executable, "-m", "report_builder", *command], folder if folder.exists() else None
    done = subprocess.run(program, cwd=here, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "50"})
    return done.stderr + (f"$ echo $?\n{done.returncode}\n" if done.returncode else "")


def shot(text: str, place: Path, wide: int, tall: int) -> Image.Image:
    """Take a screenshot of a page in a browser."""
    browser = next(found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name)))
    source, picture = place.with_suffix(".html"), place.with_suffix(".png")
    source.write_text(text, encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--hide-scrollbars", "--virtual-time-budget=9000", f"--screenshot={picture}"]
    options += [f"--window-size={wide},{tall}", f"--user-data-dir={place.parent / 'profile'}"]
    subprocess.run([browser, *options, source.as_uri()], check=True, capture_output=True)
    with Image.open(picture) as opened:
        return opened.convert("RGB")


if __name__ == "__main__":
    main()
