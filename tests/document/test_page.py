"""The HTML page in a browser: what its script adds, and what an accessibility audit reports."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from report_builder.document.html import html_page
from report_builder.kinds import Control, Live

MORE = """
# Część trzecia

Zob. [@fig:strip]{.acc}, przypis[^1] i `kod`.

| nagłówek pierwszej kolumny | nagłówek drugiej | nagłówek trzeciej kolumny | $\\beta$ |
|---|---|---|---|
| 1,234567890123456789 | 2 | 3 | niepodzielnesłowoniepodzielnesłowo |

```python
import numpy as np
def f(x: int) -> str:
    "text"  # a line of code that is so long that no screen of a phone has room for it, and it must be moved sideways
    return f"{x:.2f}" + str(1.5) if True else None
```

$$ D_{KL}(q(z|x) \\| p(z)) + \\log p(x|z) + \\sum_{i=1}^{n} \\frac{x_i^2}{2\\sigma^2} + \\log\\frac{p(z)}{q(z|x)} + \\sigma^2 $$

::: opinion
Opinia.
:::

[^1]: Treść przypisu.
"""
DARK = "screen and (prefers-color-scheme: dark)"
HOST = """<!DOCTYPE html><meta charset="utf-8"><script>
const told = {}, all = %d;
addEventListener("message", ({ data: [name, result] }) => {
  told[name] = result;
  if (Object.keys(told).length === all) document.title = "told" + JSON.stringify(told);
});
</script>"""


@pytest.fixture
def seen(chromium, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Return a function that runs an async script in each page, name -> (page, width in pixels), and gives the results."""

    def look(pages: Mapping[str, tuple[str, int]], script: str, *scripts: str) -> dict[str, Any]:
        file = tmp_path / "host.html"
        file.write_text("\n".join(_frames(pages, script, scripts)), encoding="utf-8")
        shown = chromium(file.as_uri(), "--virtual-time-budget=30000", "--window-size=1400,900")
        title = re.search(r"<title>told(.*?)</title>", shown, re.DOTALL)
        assert title, "the script did not end"
        return json.loads(html.unescape(title[1]))

    return look


def _frames(pages: Mapping[str, tuple[str, int]], script: str, scripts: Sequence[str]) -> list[str]:
    frames = [HOST % len(pages)]
    for name, (page, width) in pages.items():
        run = f"addEventListener('load', async () => parent.postMessage([{name!r}, await (async () => {{{script}}})()], '*'));"
        added = "".join("<script>" + text.replace("</", r"<\/") + "</script>" for text in (*scripts, run))
        whole = html.escape(page.replace("</body>", f"{added}</body>"))
        frames.append(f'<iframe srcdoc="{whole}" style="border: 0; width: {width}px; height: 800px"></iframe>')
    return frames


@pytest.mark.external("chromium", "axe")
def test_an_audit_finds_nothing(composed, material, sheet, axe, seen, tmp_path: Path) -> None:
    """axe-core finds no violation in the page, on desktop and phone screens, light and dark."""
    (source := tmp_path / "refs.bib").write_text("@book{vae, author = {A. Kowalska}, title = {Kody}, year = 2014}")
    page = html_page(composed(f"{sheet}{MORE}\nKody opisano w książce [@vae].\n", replace(material, bibliography=(source,))))
    assert DARK in page
    pages = {
        f"{width} {name}": (shown, width)
        for width in (1280, 360)
        for name, shown in {"light": page.replace(DARK, "not all"), "dark": page.replace(DARK, "all")}.items()
    }
    script = "return (await axe.run()).violations.map(({ id, nodes }) => [id, ...nodes.map((node) => node.html)]);"
    assert seen(pages, script, axe) == {name: [] for name in pages}


WORKS = """
const $ = (selector) => document.querySelector(selector), wait = (ms) => new Promise((done) => setTimeout(done, ms));
const at = (target) => target.getBoundingClientRect().top - parseFloat(getComputedStyle(target).scrollMarginTop);
const key = (name) => document.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
const found = { open: $("nav details").open, sideways: document.documentElement.scrollWidth > innerWidth };
found.off = [];
for (const link of document.querySelectorAll('main a[href^="#"], nav a')) {
  const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  target.scrollIntoView();
  const end = scrollY + innerHeight >= document.documentElement.scrollHeight - 1;
  if (!end && Math.abs(at(target)) > 5) found.off.push([link.hash, at(target)]);
}
found.anchors = [...document.querySelectorAll(".anchor")].map((link) => [link.hash, link.ariaLabel]);
document.getElementById("heading-3").scrollIntoView();
dispatchEvent(new Event("scroll"));
await wait(100);
found.current = [...document.querySelectorAll("nav [aria-current]")].map((link) => link.textContent);
const reference = $('main p a[href="#fig:strip"]'), box = $(".preview"), mouse = { pointerType: "mouse" };
reference.dispatchEvent(new PointerEvent("pointerenter", mouse));
await wait(300);
const within = (selector) => box.querySelectorAll(selector).length;
found.preview = [box.hidden, box.innerText.trim(), within("a, button, [id]"), within("img")];
reference.dispatchEvent(new PointerEvent("pointerleave", mouse));
box.dispatchEvent(new PointerEvent("pointerenter", mouse));
await wait(400);
found.stays = !box.hidden;
key("Escape");
found.escaped = box.hidden;
let copied = null;
navigator.clipboard.writeText = async (text) => { copied = text; };
$("#lst\\\\:vae-loss .copy").click();
await wait(0);
found.copied = [copied, $("#lst\\\\:vae-loss .copy").textContent];
$("#fig\\\\:strip .enlarge").click();
found.large = [$("dialog").open, $("dialog").ariaLabel, $("dialog img").getBoundingClientRect().width / innerWidth > 0.85];
$("dialog .close").click();
found.closed = !$("dialog").open;
found.reach = [...document.querySelectorAll("[tabindex]")].length;
return found;
"""


@pytest.mark.external("chromium")
def test_what_the_script_adds(composed, sheet, seen) -> None:
    """The script adds foldable contents with the current section marked, anchors, previews, copy buttons and large figures."""
    page = html_page(composed(sheet + MORE))
    told = seen({"screen": (page, 1280), "phone": (page, 360)}, WORKS)
    screen, phone = told["screen"], told["phone"]
    assert [each["open"] for each in (screen, phone)] == [True, False]
    assert screen["reach"] == 2  # horizontally scrolling elements are reachable by keyboard: two listings,
    assert phone["reach"] == 4  # and on a phone the table and the formula
    for each in (screen, phone):
        assert each["off"] == []
        assert each["sideways"] is False
        assert [name for name, _ in each["anchors"]] == ["#heading-1", "#task:1.1", "#heading-3", "#task:2.1", "#heading-5"]
        assert each["anchors"][0][1] == "Odnośnik do tej części: 1.\u00a0Autoenkoder (AE)"
        assert each["current"] == ["2.\u00a0Autoenkoder wariacyjny (VAE)"]
        hidden, words, reachable, pictures = each["preview"]
        assert (hidden, reachable, pictures) == (False, 0, 1)
        assert words.startswith("Rysunek\u00a01. Oryginały i\u00a0rekonstrukcje.")
        assert (each["stays"], each["escaped"], each["closed"]) == (True, True, True)
        assert each["copied"] == ["def loss(x):\n    return x  # " + "x" * 100, "Skopiowano"]
        assert each["large"] == [True, "Dwa rzędy cyfr", True]


MOVES = """
const $ = (selector) => document.querySelector(selector), wait = (ms) => new Promise((done) => setTimeout(done, ms));
await wait(300);
const level = () => $(".picture").getContext("2d").getImageData(0, 0, 1, 1).data[0], said = () => $("output").textContent;
const plane = $(".plane"), { left, top, width, height } = plane.firstChild.getBoundingClientRect();
const found = { start: [level(), said()], tabbed: plane.tabIndex, still: getComputedStyle($("img")).display };
const go = (type, right, up, pointerType) => plane.dispatchEvent(new PointerEvent(
  type, { clientX: left + right * width, clientY: top + (1 - up) * height, pointerType, bubbles: true }));
plane.setPointerCapture = () => {};
go("pointermove", 1, 1, "mouse");
found.mouse = [level(), said()];
go("pointerdown", 0, 0.5, "touch");
found.touch = [level(), said()];
found.keys = ["ArrowUp", "ArrowRight"].map((key) => {
  plane.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  return [level(), said()];
});
document.querySelectorAll("fieldset input")[1].click();
found.picked = level();
found.names = [...document.querySelectorAll("fieldset, .classes")].map((box) => box.textContent);
found.signs = [...document.querySelectorAll(".classes i")].map((dot) => dot.dataset.sign);
return found;
"""


@pytest.mark.external("chromium", "axe")
def test_a_plane_is_moved_over(composed, free, seen, axe, tmp_path: Path) -> None:
    """The plane is explored by mouse, touch, arrow keys and class; images are interpolated; the audit finds nothing."""
    levels = np.arange(8, dtype=np.uint8).reshape(2, 2, 2, 1, 1, 1) * 30
    tiles = np.broadcast_to(levels, (2, 2, 2, 2, 2, 1)).reshape(8, 2, 2)
    Image.fromarray(np.concatenate([*tiles], axis=1)).save(tmp_path / "sprite.png")
    controls = [
        Control("choice", "klasa", ["kot", "pies"]),
        Control("upwards", "z₂", ["0", "1"]),
        Control("across", "z₁", ["−1", "1"]),
    ]
    live = Live(
        np.zeros((2, 2, 2, 2, 2, 1), dtype=np.uint8), controls, [(0.5, 0.5, "#3f90da")], {"kot": "#3f90da", "pies": "#bd1f01"}
    )
    said = json.loads(json.dumps({**live.as_json(), "across": 8}))
    strip = replace(free.figures["strip"], sprite=tmp_path / "sprite.png", live=said)
    page = html_page(composed('{{ figure("strip") }}', replace(free, figures={"strip": strip})))
    audited = "const audit = (await axe.run()).violations.map((each) => each.id);" + MOVES.replace(
        "return found", "return { ...found, audit }"
    )
    found = seen({"screen": (page, 1280)}, audited, axe)["screen"]
    assert found["audit"] == []
    assert (found["tabbed"], found["still"]) == (0, "none")
    assert found["start"][0] == pytest.approx(45, abs=2)
    assert found["mouse"] == [90, "z₁ = 1  z₂ = 1"]
    assert found["touch"][0] == pytest.approx(30, abs=2)
    assert found["keys"] == [[60, "z₁ = −1  z₂ = 1"], [90, "z₁ = 1  z₂ = 1"]]
    assert found["picked"] == 210
    assert found["names"] == ["kotpies", "klasakotpies"]
    assert found["signs"] == ["●", "■"]  # not by colour alone
