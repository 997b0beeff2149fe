"""A real browser on the pages: what it asks for and complains about is kept, so that tests can hold it against them."""

import json
import shutil
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Dialog, Page

from tests.running import Server

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
DONE = ':is([data-status="answered"], [data-status="abstained"], [data-status="failed"], [data-status="stopped"])'

_TIMES = "The first ferry leaves at {}. The last one returns at 22:00. Nothing else in the timetable changes."
FERRY = [
    {"id": "ferry", "title": "Ferry timetable for spring", "body": _TIMES.format(time), "publisher": "Skelmouth Courier",
     "published_at": "2025-03-01", "url": "https://courier.example/ferry", "language": "en"}
    for time in ("6:10", "6:20")
]  # fmt: skip
ARABIC = {
    "id": "arabic", "title": "إعادة فتح ميناء مرسى الغسق", "publisher": "صوت الساحل", "published_at": "2024-05-03", "language": "ar",
    "body": "أعيد فتح ميناء مرسى الغسق يوم الجمعة 3 مايو 2024. وقالت رئيسة الميناء إن إحدى عشرة سفينة كانت تنتظر في الخارج.",
}  # fmt: skip
_WIRE = (
    "The lighthouse at Penmarrow Head went dark for nine hours on Sunday night after a fuse had melted. Keeper Oda Tresk "
    "lit a row of storm lamps along the gallery, and the pilots steered their ships by these until the morning. The coast "
    "office counted fourteen vessels that passed the head in the dark. None of them touched ground. A new fuse box was "
    "ordered on Monday, and the office promised a second line of supply before the winter storms begin in November."
)
COPIES = [
    {"id": f"lamps-{n}", "title": title, "body": _WIRE, "publisher": outlet, "published_at": f"2025-08-1{n}"}
    for n, title, outlet in ((1, "Storm lamps guide ships past Penmarrow", "Tarrow Wire"),
                             (2, "Lighthouse dark for nine hours", "Penmarrow Post"))
]  # fmt: skip


def chromium_path() -> str:
    """Where Chromium is; a machine without it skips the test."""
    path = "/usr/bin/chromium" if Path("/usr/bin/chromium").exists() else shutil.which("chromium")
    if path is None:
        pytest.skip("no chromium is installed (looked at /usr/bin/chromium and on PATH)")
    return path


@dataclass
class Watched:
    """A page, with the hosts it asked and what it complained about: errors, warnings, broken policies, dialogs."""

    page: Page
    hosts: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        # While the embedding model is being loaded `/readyz` says so with 503, and the console repeats it.
        if message.type in ("error", "warning") and not message.location["url"].endswith("/readyz"):
            self.complaints.append(message.text)

    def dismiss(self, dialog: Dialog) -> None:
        self.complaints.append(dialog.message)
        dialog.dismiss()

    def open(self, url: str) -> Page:
        self.page.goto(url)
        return self.page


def ask(page: Page, question: str) -> None:
    """Write the question and press Enter."""
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")


def ask_and_wait(page: Page, question: str) -> None:
    """The same, until its answer is complete."""
    before = page.locator("[data-turn]").count()
    ask(page, question)
    page.locator(f"[data-turn]:nth-of-type({before + 1}){DONE}").wait_for()


def push(server: Server, *articles: dict[str, Any]) -> None:
    """Store articles through the API."""
    request = urllib.request.Request(
        f"{server.url}/v1/articles",
        data=json.dumps({"articles": articles}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        assert response.status < 300
        assert not json.load(response)["failed"]
