"""Where a Chroma server is, and as whom it is asked."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ChromaAddress:
    """A Chroma server's address. With a `key` it is Chroma Cloud, or one that asks for a key in the same way.

    `tenant` and `database` are Chroma's own names; empty, they are those that the key belongs to, or the default ones.
    """

    url: str
    key: str = field(default="", repr=False)
    tenant: str = ""
    database: str = ""
