"""A light process, which measures and draws: `python -m report_builder.run`."""

from __future__ import annotations

from report_builder.jobs.process import serve

if __name__ == "__main__":
    serve(lambda: None)
