from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.followup import accepted, needs_context, resolve
from answering.prompt import Turn
from answering.question import Kind, read_question, searched
from api.engine import Engine
from api.settings import read_settings
from tests.running import Server, copied, serve
from tests.scripted_model import REWORDED, ScriptedModel

PUTIN = (
    Turn("user", "Why does Putin avoid the meeting?"),
    Turn("assistant", "Sitting across from Zelenskiy would legitimise Ukraine [1]. He fears an ambush [2]."),
)
BRIDGE = (
    Turn("user", "Why was the Arden Bridge closed?"),
    Turn("assistant", "The Arden Bridge was closed after inspectors found cracks in it [1]."),
)
PORT = (
    Turn("user", "When did the port of Skelmouth reopen?"),
    Turn("assistant", "The port reopened on 9 April 2025 [1]."),
)
QUAKE = (Turn("user", "What happened in the quake in Myanmar?"), Turn("assistant", "Hundreds died [1]."))
PARIS = (Turn("user", "How many people were killed in Paris?"), Turn("assistant", "130 people were killed [1]."))
SUMMIT = (Turn("user", "Who attended the summit in Alaska?"), Turn("assistant", "Putin and Trump attended [1]."))
GOAL = (
    Turn("user", "Who scored the winning goal for Skelmouth Lanterns?"),
    Turn("assistant", "The winning goal came from the substitute Teodor Plashett [1]."),
)
INQUIRY = (
    Turn("user", "Who leads the inquiry into the failure of the breakwater?"),
    Turn("assistant", "The Tarrow Regional Assembly appointed Dame Ottoline Yarrick-Moss [1]."),
)
STRIKER = (
    Turn("user", "Who is Samuel Adeyemi?"),
    Turn("assistant", "Ashford Rovers striker Samuel Adeyemi has signed for Porto Real [1]."),
)
REFUSED = (Turn("user", "Did Tessaly accept?"), Turn("assistant", "Articles mention Tessaly, but none answers that."))
FEE = (Turn("user", "How much did Porto Real pay for Adeyemi?"), Turn("assistant", "It paid €28 million [1]."))
CHESS = (
    Turn("user", "Who won the chess title?"),
    Turn("assistant", "Mona Field won it [1]."),
    Turn("user", "Whom did she beat?"),
    Turn("assistant", "She beat Oskar Brandt [1]."),
)
PRIZE = (Turn("user", "Who won first prize at the festival?"), Turn("assistant", "Maëlle Brand won it [1]."))
USHAKOV = (Turn("user", "What did Ushakov say about the call?"), Turn("assistant", "Ushakov said it was useful [1]."))


@pytest.mark.parametrize(
    ("history", "question", "standalone"),
    [
        (PUTIN, "And what did he say about that?", "What did Putin say about the meeting?"),
        (PUTIN, "And Zelenskiy?", "Why does Zelenskiy avoid the meeting?"),
        (BRIDGE, "What about the Nore tunnel?", "Why was the Nore tunnel closed?"),
        (BRIDGE, "And Nore Bridge?", "Why was the Nore Bridge closed?"),
        (PUTIN, "What about Lavrov?", "Why does Lavrov avoid the meeting?"),
        (PUTIN, "Is it still planned?", "Is the meeting still planned?"),
        (PUTIN, "Why?", "Why? (asked after “Sitting across from Zelenskiy would legitimise Ukraine.”)"),
        (PUTIN, "And in 2019?", "Why does Putin avoid the meeting in 2019?"),
        (PUTIN, "And who is Ushakov?", "Who is Ushakov?"),
        (PORT, "Why was it closed?", "Why was the port of Skelmouth closed?"),
        (STRIKER, "How old is he?", "How old is Samuel Adeyemi?"),
        (REFUSED, "Why not?", "Why not? (asked after “Did Tessaly accept?”)"),
        (FEE, "for how long?", "For how long did Porto Real pay for Adeyemi?"),
        (PORT, "And the ferry?", "When did the ferry reopen?"),
        (PORT, "Who closed it?", "Who closed the port of Skelmouth?"),
        (PORT, "Who said that?", "Who said that? (asked after “When did the port of Skelmouth reopen?”)"),
        (USHAKOV, "What was his role?", "What was Ushakov’s role?"),
        (USHAKOV, "Did Trump agree with him?", "Did Trump agree with Ushakov?"),
        ((*USHAKOV, Turn("user", "And Lavrov?")), "What was his role?", "What was Lavrov’s role?"),
        (PORT, "And who paid?", "Who paid? (asked after “When did the port of Skelmouth reopen?”)"),
        (PORT, "Who benefits?", "Who benefits? (asked after “When did the port of Skelmouth reopen?”)"),
        (PORT, "But who decided?", "Who decided? (asked after “When did the port of Skelmouth reopen?”)"),
        (
            PORT,
            "And how much did the repair cost?",
            "How much did the repair cost? (asked after “When did the port of Skelmouth reopen?”)",
        ),
        (PORT, "So, what happens next?", "What happens next? (asked after “When did the port of Skelmouth reopen?”)"),
        (PORT, "And where?", "Where did the port of Skelmouth reopen?"),
        (PORT, "Since when?", "Since when did the port of Skelmouth reopen?"),
        (PORT, "But why?", "Why? (asked after “The port reopened on 9 April 2025.”)"),
        (PORT, "in May?", "When did the port of Skelmouth reopen in May?"),
        (PARIS, "And in London?", "How many people were killed in London?"),
        (PARIS, "What about Germany?", "How many people were killed in Germany?"),
        (PARIS, "With bombs?", "How many people were killed in Paris with bombs?"),
        (SUMMIT, "Who else?", "Who else attended the summit in Alaska?"),
        (SUMMIT, "and when?", "When? (asked after “Who attended the summit in Alaska?”)"),
        (SUMMIT, "How many?", "How many attended the summit in Alaska?"),
        (
            QUAKE,
            "How many people were killed?",
            "How many people were killed? (asked after “What happened in the quake in Myanmar?”)",
        ),
        (QUAKE, "Was anyone hurt?", "Was anyone hurt? (asked after “What happened in the quake in Myanmar?”)"),
        (QUAKE, "Who is responsible?", "Who is responsible? (asked after “What happened in the quake in Myanmar?”)"),
        (QUAKE, "What did it cost?", "What did the quake in Myanmar cost?"),
        (GOAL, "How old is he?", "How old is Teodor Plashett?"),
        (INQUIRY, "What did she say about it?", "What did Dame Ottoline Yarrick-Moss say about the breakwater?"),
        (PRIZE, "And the second?", "Who won second prize at the festival?"),
        (
            (*PORT, Turn("user", "And who paid?")),
            "And who decided?",
            "Who decided? (asked after “When did the port of Skelmouth reopen?”)",
        ),
    ],
)
def test_a_follow_up_is_made_to_stand_alone(history: tuple[Turn, ...], question: str, standalone: str) -> None:
    assert resolve(question, history) == standalone


@pytest.mark.parametrize(
    "question",
    [
        "Who is Ushakov?",
        "How far is Moscow from Washington?",
        "Did Putin say so before he left?",
        "How much did the repair cost?",
        "What does Lavrov think of the idea that it is over?",
        "Who won the election?",
        "Who was Churchill?",
        "What are tariffs?",
        "What caused inflation to rise?",
        "Any news today?",
        "What is new?",
        "Who are you?",
        "Thanks",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    assert resolve(question, PUTIN) == question
    assert not needs_context(question, PUTIN)


@pytest.mark.parametrize("question", ["Who is the mayor of Leeds?", "What is new today?", "What is the weather today?"])
def test_a_question_that_goes_on_to_something_else_takes_nothing_along(question: str) -> None:
    assert resolve(f"And {question[:1].lower()}{question[1:]}", PORT) == question


def test_without_earlier_questions_nothing_is_filled_in() -> None:
    assert resolve("And what did he say?", ()) == "And what did he say?"
    assert resolve("Why?", [Turn("assistant", "Hello.")]) == "Why?"


@given(
    st.lists(st.tuples(st.sampled_from(["user", "assistant"]), st.text(max_size=60)), max_size=4), st.text(max_size=60)
)
def test_any_conversation_is_read(turns: list[tuple[str, str]], question: str) -> None:
    history = [Turn("user" if role == "user" else "assistant", content) for role, content in turns]
    found = resolve(question, history)
    assert found == question or (len(found) <= 401 and found.endswith(("?", "”)")))


def test_what_it_was_asked_after_is_searched_and_read_but_asks_nothing() -> None:
    standalone = resolve("And who paid?", PORT)
    assert searched(standalone) == "Who paid (port Skelmouth reopen)?"
    read = read_question(standalone)
    assert read.kind is Kind.WHO and read.asked == "Who paid?" and "skelmouth" in read.names
    assert searched(resolve("But why?", PORT)) == "Why: The port reopened on 9 April 2025?"
    assert not needs_context(standalone, PORT) and searched("Who paid?") == "Who paid?"


def test_only_one_question_is_accepted_from_a_model() -> None:
    asked = "What did he say about the call?"
    assert accepted(" “What did Ushakov say about the call?” ", asked) == "What did Ushakov say about the call?"
    for other in ("He said nothing [1].", "A?\nB?", "x" * 500 + "?", "", "Shall I ignore the rules?", "NO_ANSWER"):
        assert accepted(other, asked) is None


@pytest.fixture(scope="module")
def chatting(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> Iterator[tuple[Server, ScriptedModel]]:
    with ScriptedModel() as scripted:
        settings = read_settings(
            data=copied(sample, tmp_path_factory.mktemp("chatting") / "data"),
            model="good",
            model_base_url=scripted.base_url,
            model_api_key="key",
        )
        engine = Engine(settings)
        assert engine.model is not None
        engine.model.load()  # importing its library may take longer than a rewording is waited for
        for server in serve(engine):
            yield server, scripted


def ask(server: Server, question: str, history: tuple[Turn, ...], mode: str) -> dict[str, object]:
    turns = [{"role": turn.role, "content": turn.content} for turn in history]
    body = {"question": question, "history": turns, "mode": mode}
    answer = httpx.post(f"{server.url}/v1/ask", json=body, timeout=60, trust_env=False)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_follow_up_is_answered_and_the_question_understood_is_told(server: Server) -> None:
    answer = ask(server, "And what did he say about that?", USHAKOV, "extractive")
    assert answer["question"] == "And what did he say about that?"
    assert answer["standalone_question"] == "What did Ushakov say about the call?"
    assert answer["status"] == "answered" and "Ushakov" in str(answer["citations"])


def test_a_chat_model_words_the_follow_up_and_rules_do_when_it_fails(chatting: tuple[Server, ScriptedModel]) -> None:
    server, scripted = chatting
    answer = ask(server, "And what did he say about that?", USHAKOV, "chat")
    assert answer["standalone_question"] == REWORDED
    assert answer["usage"] == {"input_tokens": 240, "output_tokens": 16, "retries": 0}, "both requests are counted"
    before = len(scripted.requests)
    assert ask(server, "What did Ushakov say about the call?", USHAKOV, "chat")["usage"] == {
        "input_tokens": 120, "output_tokens": 8, "retries": 0,
    }  # fmt: skip
    assert len(scripted.requests) == before + 1, "a question that stands alone is not reworded"
