"""One store for all steps: their keys, their folders, their locks, the digests of the code behind them."""

from report_builder.store.digest import code_digests
from report_builder.store.files import Memo, locked, storage_errors, write_atomically
from report_builder.store.folder import Store, Stored, Work
from report_builder.store.step import Step, canonical, data_name

__all__ = [
    "Memo",
    "Step",
    "Store",
    "Stored",
    "Work",
    "canonical",
    "code_digests",
    "data_name",
    "locked",
    "storage_errors",
    "write_atomically",
]
