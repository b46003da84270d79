"""Training and probing in processes that alone import TensorFlow; the front process uses `pool`, `progress` and `estimate`."""
