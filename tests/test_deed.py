"""What a question says was done, and whether a sentence tells of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.deed import deed, is_denied, is_of_another, is_reversed, is_supposed, is_told
from answering.question import read_question
from answering.stem import stem, stems


@pytest.mark.parametrize(
    ("question", "verb"),
    [
        ("Why did the mayor resign?", "resign"),
        ("Why did Mayor Halder resign last week?", "resign"),
        ("When did the Arden Bridge collapse?", "collapse"),
        ("When did the port of Tarn reopen?", "reopen"),
        ("When did the port reopen in May 2024?", "reopen"),
        ("When did the strike in May 2024 end?", "end"),
        ("When did the bus drivers' strike in Tarn end?", "end"),
        ("Where will the secretariat of the treaty sit?", "sit"),
        ("Why did Norway sign the treaty?", "sign"),
        ("Why was the bridge closed?", "closed"),
        ("When was Oda Brandt arrested?", "arrested"),
        ("Why is the chain closing shops?", "closing"),
        ("Who founded the company?", "founded"),
        ("Which countries signed the treaty?", "signed"),
        ("How many riders finished the race?", "finished"),
        ("Which film won the prize?", "won"),
        ("What do environmental groups criticise about it?", "criticise"),
        ("How often has Tarn won the cup?", "won"),
        ("How long is the bridge?", None),
        ("Who was the first mayor?", None),
        ("What happened in Tarn?", None),
        ("Who said so?", None),
        ("What caused the fire?", None),
        ("Did the mayor resign?", "resign"),
        ("Is the chain being sold?", "sold"),
        ("Was the alarm switched off?", "switched"),
        ("Where does the tour kick off?", "begin"),
        ("How old was Queen Ada when she died?", "died"),
        ("How old was Tom Reed when he was elected mayor?", "elected"),
        ("When was the show in Tarn called off?", "cancel"),
        ("Where is the car going to be built?", "built"),
        ("the mayor", None),
        ("When did Lund and Vale sign the treaty?", "sign"),
    ],
)
def test_the_verb_of_a_question(question: str, verb: str | None) -> None:
    assert deed(read_question(question)) == (stem(verb) if verb else None)


@pytest.mark.parametrize(
    ("verb", "sentence", "around", "told"),
    [
        ("resign", "The mayor resigned on Monday.", "", True),
        ("resign", "The mayor quit on Monday.", "", True),
        ("resign", "The mayor was tired.", "She resigned.", True),
        ("resign", "The mayor was tired.", "She quit.", False),
        ("participate", "Her participation was short.", "", True),
        ("collapse", "The bridge was closed.", "", False),
    ],
)
def test_a_deed_is_told_in_its_word_or_one_like_it(verb: str, sentence: str, around: str, told: bool) -> None:
    assert is_told(stem(verb), frozenset(stems(sentence)), frozenset(stems(around))) is told


@pytest.mark.parametrize(
    ("sentence", "of_another"),
    [
        ("Her deputy, Jonas Wexley, resigned.", True),
        ("On Monday Wexley resigned.", True),
        ("Halder resigned.", False),
        ("She resigned.", False),
        ("Halder said that Wexley had resigned.", False),
        ("When Halder's husband resigned, Halder was in Oslo.", True),
        ("Halder has a husband, and resigned.", False),
        ("Halder's younger sister, who had resigned in May, was in Oslo.", True),
        ("Halder's party said: He resigned.", False),
        ("The resignation of Halder surprised everybody.", False),
    ],
)
def test_somebody_else_s_deed_is_another(sentence: str, of_another: bool) -> None:
    assert is_of_another(stem("resign"), read_question("Why did Halder resign?"), sentence) is of_another


@pytest.mark.parametrize(
    ("sentence", "denied"),
    [
        ("Hungary took part and did not sign.", True),
        ("She said that she would not resign and would not sign.", True),
        ("The treaty was never signed.", True),
        ("Nobody signed it.", True),
        ("They couldn't sign.", True),
        ("Hungary did not speak, but signed.", False),
        ("Six countries signed; Hungary did not.", False),
        ("They will not sign before May.", False),
        ("They did not talk.", False),
    ],
)
def test_a_deed_is_denied_where_every_mention_of_it_is(sentence: str, denied: bool) -> None:
    assert is_denied(stem("sign"), sentence) is denied


@pytest.mark.parametrize(
    ("sentence", "supposed"),
    [
        ("If they sign, the war ends.", True),
        ("Unless it rains, they meet.", True),
        ("The war ends if Hungary signs.", True),
        ("They signed, and the war ends if Hungary signs.", False),
        ("They signed.", False),
        ("The war ends if Hungary agrees.", False),
    ],
)
def test_a_deed_may_be_supposed_only(sentence: str, supposed: bool) -> None:
    assert is_supposed(stem("sign"), sentence) is supposed


@pytest.mark.parametrize(
    ("sentence", "reversed_"),
    [
        ("It will reopen in May.", True),
        ("It will close in May.", False),
        ("It closed and will reopen.", False),
        ("It rained.", False),
    ],
)
def test_the_opposite_deed_is_another(sentence: str, reversed_: bool) -> None:
    assert is_reversed(stem("close"), frozenset(stems(sentence))) is reversed_


@pytest.mark.parametrize(
    ("question", "sentence", "of_another"),
    [
        ("When did Queen Ada die?", "Queen Ada was the wife of Prince Tom until he died in 2021.", True),
        ("When did Queen Ada die?", "Queen Ada ruled until she died in 2022.", False),
        ("When did King Tom die?", "King Tom ruled until he died in 2022.", False),
        ("When did Reed die?", "Reed ruled until he died in 2022.", False),
        ("How old was Queen Ada when King Tom died?", "Queen Ada was 70 when he died.", False),
    ],
)
def test_he_is_no_queen(question: str, sentence: str, of_another: bool) -> None:
    assert is_of_another(stem("die"), read_question(question), sentence) is of_another


@given(st.text("abWhy diwas'Th e,.?-N", max_size=60))
def test_any_question_can_be_read(text: str) -> None:
    question = read_question(text)
    verb = deed(question)
    assert verb is None or verb in question.shown
