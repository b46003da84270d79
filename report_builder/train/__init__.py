"""Training and probing, in the only processes that import TensorFlow: `python -m report_builder.train <threads>`."""
