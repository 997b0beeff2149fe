"""The chat page with a chat model behind it: statements one by one, what is withheld, what is marked."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from api.engine import Engine
from api.settings import read_settings
from tests.browsing import Watched, ask, ask_and_wait
from tests.running import Server, copied, serve
from tests.scripted_model import Mode, ScriptedModel

pytestmark = pytest.mark.browser

QUESTION = "What broke the Skelmouth breakwater?"


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    with ScriptedModel() as model:
        yield model


@pytest.fixture
def with_model(tmp_path: Path, sample: Path, model: ScriptedModel) -> Iterator[Server]:
    data = copied(sample, tmp_path / "data")
    settings = read_settings(
        data=data, model="scripted", model_base_url=model.base_url, model_api_key="none", model_timeout=20.0
    )
    yield from serve(Engine(settings))


def test_statements_appear_while_the_model_still_speaks(
    watched: Watched, with_model: Server, model: ScriptedModel
) -> None:
    model.mode, model.delay_s = Mode.SEVERAL, 1.5
    page = watched.open(with_model.url)
    ask(page, QUESTION)
    first = page.locator("[data-statement]").first
    first.wait_for()
    assert page.locator("[data-turn]").get_attribute("data-status") == "busy"
    place = first.bounding_box()
    expect(page.locator(".sources")).to_be_visible(timeout=20_000)
    assert page.locator("[data-statement]").count() > 1
    assert first.bounding_box() == place
    expect(page.locator(".turn-status")).to_contain_text("Written by scripted, checked against the passages")
    assert watched.complaints == []


def test_what_the_passages_do_not_support_is_withheld_or_marked(
    watched: Watched, with_model: Server, model: ScriptedModel
) -> None:
    model.mode = Mode.WRONG_NUMBERS
    page = watched.open(with_model.url)
    question = "When did the breakwater begin to break?"
    ask_and_wait(page, question)
    expect(page.locator(".abstention-title")).to_have_text("No sentence stood up to the check.")
    expect(page.get_by_label("Notices")).to_contain_text("1 sentence withheld")
    page.locator("#filters summary").click()
    page.get_by_label("Sentences that passages do not support").select_option("mark")
    page.keyboard.press("Escape")
    ask_and_wait(page, question)
    marked = page.locator("[data-turn]").last.locator(".is-doubtful")
    expect(marked).to_contain_text("(contradicted by its source)")
    expect(page.locator(".turn-status").last).to_contain_text("Unsupported sentences are shown and marked")


def test_a_model_that_fails_is_replaced_and_that_is_said(
    watched: Watched, with_model: Server, model: ScriptedModel
) -> None:
    model.mode = Mode.BROKEN
    page = watched.open(with_model.url)
    ask_and_wait(page, QUESTION)
    expect(page.locator(".turn-status")).to_contain_text("Quoted word for word")
    expect(page.get_by_label("Notices")).to_contain_text("model")
