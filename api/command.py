"""What every command begins with: the settings, and logging as they say. Only light things are imported at the top."""

import logging
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from api.settings import Settings

# Their own chatter is for their developers.
_CHATTY = (
    "httpx",
    "httpcore",
    "chromadb",
    "alembic",
    "optimum",
    "transformers",
    "sentence_transformers",
    "trafilatura",
)


def begin(**flags: Any) -> "Settings":
    """The settings, flags above the environment, with logging set up. Raises `InvalidSettings`."""
    from api.settings import read_settings

    settings = read_settings(**flags)
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    return settings
