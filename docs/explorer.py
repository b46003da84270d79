"""Write `docs/explorer.webp`, the explorer of a built page with a moving pointer: `python docs/explorer.py [PAGE]`.

A browser lays out the figure once for each frame, with its ring at the frame's position, on one long image that is then cut.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
PAGE, PICTURE = ROOT / "build" / "gallery" / "gallery.html", ROOT / "docs" / "explorer.webp"
WIDE, TALL, FRAMES, ACROSS = 740, 384, 72, 2
FRAME_MS, QUALITY = 80, 70
STYLE = """
<style>
  body { background: #fff; } .frames { display: grid; grid-template-columns: repeat(%(across)d, %(wide)dpx); }
  .frames > div { height: %(tall)dpx; padding: 12px 16px; overflow: hidden; } .explorer button { display: none; }
</style>
</head>"""
SCRIPT = """
<script>
  const data = JSON.parse(document.querySelector("script.live").textContent), frames = document.createElement("div");
  frames.className = "frames";
  for (let i = 0; i < %(frames)d; i += 1) {
    const box = document.createElement("div"), image = document.createElement("img"), turn = (2 * Math.PI * i) / %(frames)d;
    box.append(image);
    frames.append(box);
    explore(data, image);
    requestAnimationFrame(() => {
      const plane = box.querySelector(".plane"), { left, top, width, height } = plane.getBoundingClientRect();
      plane.dispatchEvent(new PointerEvent("pointermove", {
        clientX: left + width * (0.5 + 0.4 * Math.sin(turn)), clientY: top + height * (0.5 - 0.38 * Math.sin(2 * turn + 0.9)),
      }));
    });
  }
  document.body.replaceChildren(frames);
</script>
</body>"""


def main(page: Path) -> None:
    """Regenerate the animation."""
    browser = next(found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name)))
    sizes = {"across": ACROSS, "wide": WIDE, "tall": TALL, "frames": FRAMES}
    with tempfile.TemporaryDirectory() as folder:
        laid, shot = Path(folder) / "frames.html", Path(folder) / "frames.png"
        text = page.read_text(encoding="utf-8").replace("</head>", STYLE % sizes).replace("</body>", SCRIPT % sizes)
        laid.write_text(text, encoding="utf-8")
        options = ["--headless", "--no-sandbox", "--hide-scrollbars", "--virtual-time-budget=20000", f"--screenshot={shot}"]
        options += [f"--window-size={WIDE * ACROSS},{TALL * FRAMES // ACROSS}", f"--user-data-dir={folder}/profile"]
        subprocess.run([browser, *options, laid.as_uri()], check=True, capture_output=True)
        with Image.open(shot) as opened:
            sheet = opened.convert("RGB")
    corners = [(i % ACROSS * WIDE, i // ACROSS * TALL) for i in range(FRAMES)]
    first, *rest = [sheet.crop((x, y, x + WIDE, y + TALL)) for x, y in corners]
    first.save(PICTURE, save_all=True, append_images=rest, duration=FRAME_MS, loop=0, quality=QUALITY, method=6)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else PAGE)
