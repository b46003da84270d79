"""Template and material -> Markdown -> numbered, linked and checked tree -> PDF, HTML, DOCX, Markdown.

`rendering.render`, `composing.compose` and `writing.write`, one after the other; a build that finds nothing changed stops after
the first, and imports no more.
"""
