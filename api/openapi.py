"""The API's description as a file: `python -m api.openapi FILE` (`make openapi`)."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from api.app import create_app
from api.engine import Engine
from api.settings import read_settings


def document(engine: Engine) -> dict[str, Any]:
    """The OpenAPI document of an engine's app; the same for every engine."""
    return create_app(engine).openapi()


def main(file: Path) -> None:
    """Write the document."""
    with tempfile.TemporaryDirectory() as folder, Engine(read_settings(data=Path(folder), sample=False)) as engine:
        text = json.dumps(document(engine), indent=1, ensure_ascii=False)
    file.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
