import json
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.answer import Claim
from answering.citations import parse_claims
from answering.incoming import IncomingClaims
from api.engine import Engine
from api.settings import read_settings
from corpus.article import Article, IncomingArticle
from retrieval.passage import Passage
from tests.running import serve
from tests.scripted_model import Mode as Behaviour
from tests.scripted_model import ScriptedModel

NOW = datetime(2024, 5, 3, tzinfo=UTC)
BODIES = (
    "The port reopened on 3 May. Two ships came in. The mayor of St. Ives said it held.",
    "Fuel exports resumed two days later. Prices fell by 4.5 per cent in the U.S. market.",
)


def passage(rank: int, body: str) -> Passage:
    article = Article(f"a{rank}", 1, "T", body, "Coast Times", (), None, "en", NOW, None, NOW)
    return Passage(rank, 0.9, 0.8, article, 0, len(body))


PASSAGES = [passage(rank, body) for rank, body in enumerate(BODIES, 1)]
REPLIES = [
    "The port reopened on 3 May [1]. Fuel exports resumed two days later [2].",
    "The port reopened on 3 May. [1] Fuel exports resumed two days later. [2]",
    "The port reopened on 3 May [1][2]. Prices fell by 4.5 per cent in the U.S. [2] and ships came in [1].",
    "- The port reopened on 3 May [1].\n- Fuel exports resumed [2].\n\nSources:\n[1] Coast Times. [2] Coast Times.",
    "<think>Passage [1]. It says so. [2] Hm.</think>The port reopened [1]. Two ships came in [1].",
    "The port reopened on 3 May [1]. The port reopened on 3 May [1]. Two ships came in [1]. ",
    "The mayor of St. Ives said it held [1]. “Two ships came in.” [1] Fuel exports resumed [2].",
    "NO_ANSWER",
    "",
    "Two ships came in. The port reopened on 3 May [1]. Nothing else is known",
]


def fed(pieces: Sequence[str]) -> tuple[list[Claim], list[Claim]]:
    """The claims given before the end, and all."""
    incoming = IncomingClaims(PASSAGES)
    early = [claim for piece in pieces for claim in incoming.take(piece)]
    return early, [*early, *incoming.finish()]


@pytest.mark.parametrize("reply", REPLIES)
@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_piece_by_piece_gives_what_the_whole_reply_does(reply: str, size: int) -> None:
    _, claims = fed([reply[i : i + size] for i in range(0, len(reply), size)])
    assert tuple(claims) == parse_claims(reply, PASSAGES)


def test_a_claim_is_given_as_soon_as_the_next_sentence_begins() -> None:
    incoming = IncomingClaims(PASSAGES)
    assert incoming.take("The port reopened on 3 May [1].") == ()
    assert [claim.text for claim in incoming.take(" F")] == ["The port reopened on 3 May."]
    assert incoming.take("uel exports resumed [2]") == ()
    assert [claim.text for claim in incoming.finish()] == ["Fuel exports resumed"]


@given(st.text(alphabet="ab. [12]\n“”P?", max_size=80), st.integers(1, 5))
def test_nothing_is_given_twice_and_nothing_of_the_whole_is_missing(reply: str, size: int) -> None:
    _, claims = fed([reply[i : i + size] for i in range(0, len(reply), size)])
    texts = [claim.text for claim in claims]
    assert len(set(texts)) == len(texts)
    assert {claim.text for claim in parse_claims(reply, PASSAGES)} <= set(texts)


@pytest.fixture(scope="module")
def scripted() -> Iterator[ScriptedModel]:
    with ScriptedModel(delay_s=2.0) as scripted:
        yield scripted


@pytest.fixture
def asked(data_folder: Path, scripted: ScriptedModel) -> Callable[[Behaviour], list[tuple[float, str, Any]]]:
    """Asks a server whose chat model behaves so; gives the events with the second at which each came."""

    def listen(behaviour: Behaviour) -> list[tuple[float, str, Any]]:
        settings = read_settings(
            data=data_folder, sample=False, model=behaviour.value, model_base_url=scripted.base_url, model_api_key="key"
        )
        engine = Engine(settings)
        engine.ingester.put([IncomingArticle(f"The port, part {i}", body) for i, body in enumerate(BODIES, 1)])
        body = {"question": "What of the port and the fuel exports?", "mode": "chat", "stream": True}
        found: list[tuple[float, str, Any]] = []
        for server in serve(engine):
            with httpx.stream("POST", f"{server.url}/v1/ask", json=body, timeout=60, trust_env=False) as response:
                name = ""
                for line in response.iter_lines():
                    field, _, value = line.partition(": ")
                    name = value if field == "event" else name
                    if field == "data":
                        found.append((time.monotonic(), name, json.loads(value)))
        return found

    return listen


def test_a_statement_is_shown_while_the_model_still_speaks(asked: Callable[..., Any], scripted: ScriptedModel) -> None:
    events = asked(Behaviour.SEVERAL)
    names = [name for _, name, _ in events]
    assert names.count("statement.completed") == 2, events
    first, last = names.index("statement.completed"), names.index("answer.completed")
    assert events[last][0] - events[first][0] > scripted.delay_s / 4
    whole = events[-1][2]
    assert "".join(data["delta"] for _, name, data in events if name == "answer.delta") == whole["answer"]
    assert [data for _, name, data in events if name == "statement.completed"] == whole["statements"]
    assert [data for _, name, data in events if name == "citation"] == whole["citations"]
    assert whole["mode"] == "chat"


def test_what_was_said_before_the_model_broke_off_stays_and_the_answer_says_so(asked: Callable[..., Any]) -> None:
    whole = asked(Behaviour.BREAKS_OFF)[-1][2]
    assert (whole["status"], len(whole["statements"])) == ("answered", 1)
    assert any("broke off" in notice and "until then" in notice for notice in whole["notices"])
