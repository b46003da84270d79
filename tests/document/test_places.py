"""Positions survive pandoc."""

from __future__ import annotations

from report_builder.document import pandoc
from report_builder.document.places import CLOSE, OPEN, numbered, take_numbers
from report_builder.document.tree import plain_text

TEXT = """\
# Heading

Prose in
two lines with [a span]{.x}.

- item
- other

``` python
code = 1
```

$$
a + b
$$

| a | b |
|---|---|
| 1 | 2 |

Simple table
------ -----
x      y

Setext
======

    indented code

[link]: http://example.org
"""


def test_numbers_change_nothing():
    """The tree with line numbers taken out equals the tree that had none."""

    def bare(node):
        if isinstance(node, list):
            return [bare(item) for item in node if not (isinstance(item, dict) and item.get("t") == "Str" and not item["c"])]
        return {key: bare(item) for key, item in node.items() if key != "line"} if isinstance(node, dict) else node

    blocks, _ = pandoc.read(numbered(TEXT))
    expected, _ = pandoc.read(TEXT)
    assert bare(take_numbers(blocks)) == expected
    assert OPEN not in plain_text(take_numbers(blocks))
    assert CLOSE not in str(take_numbers(blocks))
