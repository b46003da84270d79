"""Carrying steps out, seen from the front process: jobs, their order, the processes that do them, and how it goes."""
