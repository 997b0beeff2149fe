"""The settings, and the page that tells of them."""

import re
from pathlib import Path

from api.settings import Settings

PAGE = Path("docs/configure.md").read_text()


def test_the_page_tells_of_every_setting_and_of_no_other() -> None:
    told = {
        name for row in re.findall(r"^\| (`DATELINE_.*?) \|", PAGE, re.M) for name in re.findall(r"DATELINE_(\w+)", row)
    }
    assert told == {name.upper() for name in Settings.model_fields}
