"""Which server a command goes to: the one it is told, or the one that holds the data folder."""

from typing import TYPE_CHECKING

from api.client import Dateline
from corpus.errors import StoreInUse
from corpus.owner import current_owner

if TYPE_CHECKING:
    from api.settings import Settings


def serving(settings: "Settings") -> Dateline | None:
    """A client of that server, None when the folder is free. Raises `StoreInUse` if another process holds it."""
    api_key = settings.api_key.get_secret_value() or None
    if settings.url:
        return Dateline(settings.url, api_key)
    owner = current_owner(settings.data)
    if owner is None:
        return None
    if owner.url is None:
        raise StoreInUse(
            f"The data folder {settings.data} is in use by process {owner.pid}, which does not serve (it may be "
            "ingesting). Wait until it is done, or set DATELINE_DATA to another folder."
        )
    return Dateline(owner.url, api_key)
