"""How much of an answer the ledger keeps."""

from enum import StrEnum


class Keep(StrEnum):
    """How much of who asked and what is kept. `HASHED`: digests, so that equal ones are seen to be equal."""

    FULL = "full"
    HASHED = "hashed"
    ANONYMOUS = "anonymous"
    OFF = "off"
