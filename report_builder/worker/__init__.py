"""Training and probing: a pool of processes that alone import TensorFlow. The front process uses `pool`, `progress` and `estimate` only."""
