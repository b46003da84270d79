"""Training and probing, in processes that alone import TensorFlow: `python -m report_builder.train <threads>`."""
