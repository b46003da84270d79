"""Store of all steps: their keys and folders, leases on them, and digests of the code that made them."""

from report_builder.store.digest import code_digests, differences, sources
from report_builder.store.files import Memo, remove_temporaries, storage_errors, write_atomically
from report_builder.store.folder import DISTRUSTED, META, Store, Stored, Work
from report_builder.store.leases import LeaseLostError, give_back_all, locked, locked_if_free
from report_builder.store.sessions import in_use, leftovers, log_of, nobody_begins, session
from report_builder.store.step import Step, canonical, data_name

__all__ = [
    "DISTRUSTED",
    "META",
    "LeaseLostError",
    "Memo",
    "Step",
    "Store",
    "Stored",
    "Work",
    "canonical",
    "code_digests",
    "data_name",
    "differences",
    "give_back_all",
    "in_use",
    "leftovers",
    "locked",
    "locked_if_free",
    "log_of",
    "nobody_begins",
    "remove_temporaries",
    "session",
    "sources",
    "storage_errors",
    "write_atomically",
]
