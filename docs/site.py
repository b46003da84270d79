"""Hooks of mkdocs (`hooks:` of mkdocs.yml): pages that are not files in docs/, and extensions of Markdown.

The README is the front page, so that nothing is written twice; the reference is generated from the registries.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

sys.path.insert(0, str(Path(__file__).parent))
import reference

ROOT = Path(__file__).resolve().parent.parent


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add README, changelog and licence, with links relative to docs/, and the reference."""
    made = {f"reference/{name}": text for name, text in reference.pages().items()}
    for source, name in (("README.md", "index.md"), ("CHANGELOG.md", "changelog.md"), ("LICENSE", "licence.md")):
        text = (ROOT / source).read_text(encoding="utf-8").replace("](docs/", "](")
        made[name] = text.replace("](CHANGELOG.md)", "](changelog.md)").replace("](LICENSE)", "](licence.md)")
    for name, text in made.items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, **_: object) -> str:
    """Render Markdown as GitHub does: inside `<details>`, and lists without an empty line before them."""
    text = markdown.replace("<details>", '<details markdown="1">')
    return re.sub(r"^(?![ -*|#]|\d+\. )(.+)\n(?=(?:- |\d+\. ))", r"\1\n\n", text, flags=re.MULTILINE)
