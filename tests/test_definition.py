from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.answer import ReasonCode, Status
from answering.ask import Ask
from answering.definition import definition, subject_asked
from answering.identity import may_ask_identity, telling_first
from answering.question import read_question
from answering.stem import stems
from api.engine import Engine
from corpus.article import Article, IncomingArticle
from corpus.selection import Selection
from retrieval.passage import Passage


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("Who is Ada Marlow?", "Ada Marlow"), ("who's Ada Marlow", "Ada Marlow"), ("Who was Ada Marlow?", "Ada Marlow"),
        ("What is quillwort?", "quillwort"), ("What is a quillwort?", "quillwort"), ("what are quillworts", "quillworts"),
        ("What is the Marlow Act?", "Marlow Act"), ("What is the Bank of Eldermere?", "Bank of Eldermere"),
        ("What does NXT stand for?", "NXT"), ("What does quillwort mean?", "quillwort"), ("Define quillwort", "quillwort"),
        ("So what is Title 9?", "Title 9"), ("What is QB.5?", "QB.5"),
        # These ask who holds an office, for one of several things, or for something that happened.
        ("Who is the mayor of Eldermere?", ""), ("What is the capital of Marlovia?", ""), ("Who is behind the attack?", ""),
        ("What is the plan?", ""), ("What is Marlow's plan?", ""), ("What is new in Eldermere?", ""),
        ("What was decided in Eldermere?", ""), ("Who is exempt from the charge?", ""), ("What is it?", ""),
        ("Why is Ada Marlow leaving?", ""), ("What is wrong with the ferry?", ""), ("Who is running?", ""),
    ],
)  # fmt: skip
def test_what_is_asked_about(question: str, subject: str) -> None:
    assert subject_asked(read_question(question)) == tuple(stems(subject))


@pytest.mark.parametrize(
    ("question", "is_sure"),
    [
        ("Who is Ada Marlow?", True), ("What is a quillwort?", True), ("What is the Marlow Act?", True),
        ("What is quillwort?", True), ("What is lacking?", False), ("What is Eldermere planning?", False), ("What is Eldermere worth?", False),
    ],
)  # fmt: skip
def test_what_is_surely_asked_about(question: str, is_sure: bool) -> None:
    assert bool(subject_asked(read_question(question), surely=True)) == is_sure
    assert subject_asked(read_question(question))


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("Ada Marlow is a botanist from Eldermere.", "a botanist from Eldermere"),
        ("Ada Marlow (born 1961) was one of the founders of the line.", "one of the founders of the line"),
        ("Ada Marlow, a botanist from Eldermere, spoke first.", "a botanist from Eldermere"),
        ("It was Ada Marlow, the island’s first mayor, who spoke.", "the island’s first mayor"),
        ("Ada Marlow – a former diver with two medals – has gone home.", "a former diver with two medals"),
        ("Ada Marlow, professor of botany at Eldermere, disagreed.", "professor of botany at Eldermere"),
        ("Ada Marlow, who led the harbour board until May, declined.", "who led the harbour board until May"),
        ("Ada Marlow, who directs the river programme at Eldermere, says so.", "who directs the river programme at Eldermere"),
        ("Ada Marlow, who says that it is late, left.", None),
        ("Ada Marlow was elected mayor of Eldermere in April.", "mayor of Eldermere"),
        ("Ada Marlow was named the new head of the Tarn Trust on Monday.", "the new head of the Tarn Trust"),
        ("They were to be persuaded that Ada Marlow was a thief and a liar.", None),
        ("Nobody knows whether Ada Marlow is a botanist.", None),
        ("Said Finance Minister Ada Marlow on Monday.", "Finance Minister Ada Marlow"),
        ("He praised Judge Ada Marlow for it.", "Judge Ada Marlow"),
        ("It was the idea of Speaker of the House Ada Marlow.", "Speaker of the House Ada Marlow"),
        ("The tests were led by the clinic’s chief surgeon, Dr. Ada Marlow.", "the clinic’s chief surgeon"),
        ("Ada Marlow of the Eldermere Institute of Botany argues so.", "of the Eldermere Institute of Botany"),
        # Nothing of it is said of her.
        ("Ada Marlow is leaving on Friday.", None), ("Ada Marlow spoke first.", None), ("It is Ada Marlow’s boat.", None),
        ("With Ada Marlow, the talks have ended.", None), ("Ada Marlow is the latest to leave.", None),
        ("Finance Minister Jo Marlow spoke.", None), ("Marlow is a town.", None), ("Between Jo and Ada Marlow, the incumbent mayor has won.", None),
        ("For Ada Marlow, it's a challenge to lead the board.", None),
        ("Ada Marlow is a problem for the board.", None),
    ],
)  # fmt: skip
def test_words_that_say_who_somebody_is(sentence: str, words: str | None) -> None:
    assert _said(("ada", "marlow"), sentence, is_person=True) == words


def test_a_surname_alone_counts_where_the_article_names_its_bearer_and_no_other() -> None:
    name = tuple(stems("Ada Marlow"))
    assert definition(name, True, True, "Marlow is a botanist.") is None
    known = definition(name, True, True, "Marlow is a botanist.", is_known=True)
    whole = definition(name, True, True, "Ada Marlow is a botanist.", is_known=True)
    assert known and whole and known.strength < whole.strength
    assert definition(name, True, True, "Jo Marlow is a botanist.", is_known=True) is None
    assert definition(name, True, True, "The wife of Jo Marlow, a botanist, left.", is_known=True) is None


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("Quillwort is a water plant, botanists say.", "a water plant, botanists say"),
        ("“Quillwort” generally refers to plants that grow in lakes.", "refers to plants that grow in lakes"),
        ("Quillwort, a water plant, grows there.", "a water plant"),
        ("They found a plant called quillwort.", "a plant"),
        ("Quillwort serves as a cover for young fish.", "serves"),
        ("Quillwort grows there.", None), ("Quillwort means that the lake is clean.", None),
        ("They fear quillwort, the board has said.", None), ("Quillwort is a problem there.", None),
    ],
)  # fmt: skip
def test_words_that_say_what_something_is(sentence: str, words: str | None) -> None:
    said = _said(("quillwort",), sentence, is_person=False, is_name=False)
    assert said == ("a cover for young fish" if words == "serves" else words)


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("He took the drug Averol on Monday, before the flight.", "the drug"),
        ("The plan, known as Averol, is dropped.", None),
        ("It is sold by the social network Averol.", "the social network"),
        ("It was bought by the Eldermere Office of Rare Medicines (Averol) in May.", "Eldermere Office of Rare Medicines "),
        ("He has a desire to someday join Averol.", None), ("They and Averol are conscious of the risk.", None),
        ("They fear the mosquito-borne Averol virus there.", "the mosquito-borne Averol virus"),
        ("They fear that Averol virus.", None), ("He saw the end of Averol virus.", None),
        ("She joined extremist groups the Averol and others.", "groups"),
        # The name is part of what follows, or of another name.
        ("She is a controversial Averol user.", None), ("The work Averol has done is lost.", None),
        ("They paid for the service called Averol Blue.", None),
    ],
)  # fmt: skip
def test_words_before_the_name_of_a_thing(sentence: str, words: str | None) -> None:
    assert _said(("averol",), sentence, is_person=False) == words


@given(st.text(alphabet="Ada Marlow,.–-()“”'isathe ofwhomrd \n", max_size=300), st.booleans())
def test_any_sentence_is_read_and_places_lie_in_it(text: str, is_person: bool) -> None:
    said = definition(("ada", "marlow"), is_person, True, text, is_known=True)
    assert said is None or (0 <= said.start < said.end <= len(text) and 0 < said.strength <= 1)


def test_a_passage_that_says_it_takes_the_place_of_one_that_does_not() -> None:
    passages = [
        _passage(n, text)
        for n, text in enumerate(["On Friday Ada Marlow left."] * 4 + ["Ada Marlow is a botanist."], 1)
    ]
    assert [p.rank for p in telling_first("Who is Ada Marlow?", passages, 4)] == [1, 2, 3, 5]
    assert [p.rank for p in telling_first("who is ada marlow", passages, 4)] == [1, 2, 3, 5]
    assert [p.rank for p in telling_first("Why did Ada Marlow leave?", passages, 4)] == [1, 2, 3, 4]
    assert telling_first("Who is Ada Marlow?", passages[:4], 4) == tuple(passages[:4])
    assert may_ask_identity("who is ada marlow") and not may_ask_identity("who won the vote")


async def test_who_somebody_is_is_told_by_the_sentence_that_says_it(engine: Engine) -> None:
    engine.ingester.put(
        [
            IncomingArticle("Ferry late", "Ada Marlow was late on Monday. Ada Marlow blamed the fog. Nobody else came.", "a"),
            IncomingArticle("Gardens open", "The gardens opened. Ada Marlow, a botanist from Eldermere, cut the ribbon.", "b"),
            IncomingArticle("Vote", "Jo Marlow, a baker, lost the vote. The count took all night in Eldermere.", "c"),
        ]
    )  # fmt: skip
    answer = await engine.asker.ask(Ask("Who is Ada Marlow?", Selection()))
    assert answer.status is Status.ANSWERED
    [first] = answer.statements
    assert first.highlight and answer.text[slice(*first.highlight)] == "a botanist from Eldermere"
    unsaid = await engine.asker.ask(Ask("What is Eldermere?", Selection()))
    assert unsaid.status is Status.ABSTAINED and unsaid.reason and unsaid.reason.code is ReasonCode.DOES_NOT_SAY
    assert unsaid.text == "Articles mention Eldermere, but none says what Eldermere is."


def _said(subject: tuple[str, ...], sentence: str, is_person: bool, is_name: bool = True) -> str | None:
    found = definition(subject, is_person, is_name, sentence)
    return sentence[found.start : found.end] if found else None


def _passage(rank: int, body: str) -> Passage:
    when = datetime(2024, 5, rank, tzinfo=UTC)
    article = Article(f"a{rank}", 1, "News", body, "Coast Times", (), None, "en", when, None, when)
    return Passage(rank, 0.5, 0.5, article, 0, len(body))
