"""Turns a template and its material into Markdown, then a numbered, linked and checked tree, then PDF, HTML, DOCX or Markdown.

The stages are `rendering.render`, `composing.compose` and `writing.write`. A build in which nothing has changed stops after the
first stage and does not import the other two.
"""
