import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.attribution import OWN_WORDS, Attribution, Voice, attribution, speakers, turns_denial, with_speaker
from corpus.sentence import sentence_spans

NAMED, ANONYMOUS, DENIAL = Voice.NAMED, Voice.ANONYMOUS, Voice.DENIAL


def of(body: str, sentence: str) -> Attribution:
    start = body.index(sentence)
    return attribution(body, start, start + len(sentence))


@pytest.mark.parametrize(
    ("sentence", "voice", "speaker"),
    [
        ("Corbanlow said the repair would take six days.", NAMED, "Corbanlow"),
        ("The repair would take six days, Corbanlow said.", NAMED, "Corbanlow"),
        ("“The sea is calm,” said Dr Rafe Immerdyke, the board's director.", NAMED, "Dr Rafe Immerdyke"),
        ("The call lasted about 40 minutes, according to Ushakov.", NAMED, "Ushakov"),
        ("According to the harbour board, 12 ships waited.", NAMED, "the harbour board"),
        ("Its solicitor, Hector Allabone-Fry, said that the company was disappointed.", NAMED, "Hector Allabone-Fry"),
        ("Councillor Linnet Aumbrey, who voted against, said it was dear.", NAMED, "Councillor Linnet Aumbrey"),
        ("The analyst Tatiana Stanovaya argues that Putin sees no need.", NAMED, "The analyst Tatiana Stanovaya"),
        ("It loses £70,000 a day, according to its chief executive, Perpetua Lodderby.", NAMED, "Perpetua Lodderby"),
        ("Ushakov described the call as frank and constructive.", NAMED, "Ushakov"),
        ("Evers called it “breathtaking” that they refused.", NAMED, "Evers"),
        ("Quillane told reporters that the gap was closed.", NAMED, "Quillane"),
        ("A company statement said that the mill would close.", NAMED, "A company statement"),
        (
            "A person familiar with the talks said that a price was agreed.",
            ANONYMOUS,
            "A person familiar with the talks",
        ),
        ("Russian officials say that Russia does not refuse to talk.", ANONYMOUS, "Russian officials"),
        ("That remains a remote possibility, officials said.", ANONYMOUS, "officials"),
        ("“We lost,” she admitted, and Brandt added: “We will win.”", NAMED, "Brandt"),
        ("Brandt: “We will win.”", NAMED, "Brandt"),
        ("Tessaly's chief executive, Marco Bellini, said the bid was fair.", NAMED, "Marco Bellini"),
        ("Her daughter, the painter Judith Hollander, said she was proud.", NAMED, "Judith Hollander"),
        ("The councillors claim that the mayor knew.", NAMED, "The councillors"),
        ("Insurers estimate that the damage comes to £40 million.", NAMED, "Insurers"),
        ("Grantley Stone called the allegation absurd.", DENIAL, "Grantley Stone"),
        ("Lumen said this was false.", DENIAL, "Lumen"),
        ("The governor's office rejected the figure and spoke of 12.", DENIAL, "The governor's office"),
        ("“It is tired, not dying,” he said.", NAMED, None),
        ("Asked about the delay, Lodderby said the crack would be filled.", NAMED, "Lodderby"),
        ("In a letter on Monday, the union wrote that it would strike.", NAMED, "the union"),
        ("As Halder put it, the bridge is old.", NAMED, "Halder"),
        ("In Halder's words, the bridge is “tired”.", NAMED, "Halder"),
        ("In the view of the board, the stock is low.", NAMED, "the board"),
        ("The bridge, Halder says, is old.", NAMED, "Halder"),
        ("Halder tweeted that the bridge was shut.", NAMED, "Halder"),
        ("Critics point out that the trial left out adults.", ANONYMOUS, "Critics"),
        ("Experts warn that the ice may melt.", ANONYMOUS, "Experts"),
        (
            "Two people with knowledge of the matter had told Nordnews that talks went on.",
            ANONYMOUS,
            "Two people with knowledge of the matter",
        ),
        ("A source close to the club said that the coach would go.", ANONYMOUS, "A source close to the club"),
        ("An official who did not want to be named said that the alarm had been off.", ANONYMOUS, "An official"),
        ("The coach will go, according to people briefed on the plan.", ANONYMOUS, "people briefed on the plan"),
        ("The alarm was off, sources told the paper.", ANONYMOUS, "sources"),
        ("Witnesses said they had heard a bang.", ANONYMOUS, "Witnesses"),
        ("Moscow denies that it sent troops.", DENIAL, "Moscow"),
        ("The director, Milan Petrak, denied this.", DENIAL, "Milan Petrak"),
        ("The company has denied any wrongdoing.", DENIAL, "The company"),
        ("Halder dismissed the report that she would go.", DENIAL, "Halder"),
        ("The ministry disputed the figure.", DENIAL, "The ministry"),
        ("Dastrey denied on Wednesday that the company is being sold.", DENIAL, "Dastrey"),
        ("The mayor rejected the claim that she had known.", DENIAL, "The mayor"),
    ],
)
def test_who_speaks(sentence: str, voice: Voice, speaker: str) -> None:
    assert of(sentence, sentence) == Attribution(voice, speaker)


@pytest.mark.parametrize(
    "sentence",
    [
        "The port reopened on 3 May.",
        "Putin rejects Russia's last offer.",
        "The barge claimed two lives.",
        "A sheet claimed to come from the harbour master.",
        "She wrote a book about the storm.",
        "The essay, “On the Historical Unity”, appeared in 2021.",
        "An investigation into alleged hazing led to charges.",
        "The company told homes in Quernby to boil their water.",
        "“The Witcher”",
        "The council called a meeting.",
        "The town thought of everything.",
        "The ministry rejects this plan for a road.",
        "The board announced a cut on Tuesday.",
        "She added salt and stirred.",
        "Nobody has been arrested.",
        "The treaty enters into force in May.",
        "Haddad dedicated the award to her father.",
        "The report said to be secret lay on the table.",
        "He wrote the book in 1911.",
    ],
)
def test_the_article_speaks_itself(sentence: str) -> None:
    assert of(sentence, sentence) == OWN_WORDS


def test_a_quotation_that_goes_on_and_a_pronoun_belong_to_the_one_who_spoke_before() -> None:
    body = "“Two days is nothing,” Quillane said. “We waited three months.”\nHe said that the dredger had left.\n\nIt rained."
    assert of(body, "“We waited three months.”") == Attribution(NAMED, "Quillane")
    assert of(body, "He said that the dredger had left.") == Attribution(NAMED, "Quillane")
    assert of(body, "It rained.") == OWN_WORDS
    assert of("“Nobody knows who said this.”", "“Nobody knows who said this.”") == Attribution(NAMED)


def test_a_claim_told_as_a_fact_is_given_back_to_whom_it_belongs() -> None:
    quillane, source = Attribution(NAMED, "The harbour master"), Attribution(ANONYMOUS, "Russian officials")
    assert with_speaker("The port is shut.", [quillane]) == "The port is shut, according to the harbour master."
    assert with_speaker("Talks go on.", [source]) == "Talks go on, according to Russian officials."
    assert with_speaker("It is so.", [Attribution(NAMED)]) == "It is so, according to the person quoted."
    for told in ("He said the port is shut.", "Reportedly it is shut.", "It is “shut”."):
        assert with_speaker(told, [quillane]) == told
    assert with_speaker("Quillane shut the port.", [Attribution(NAMED, "Tobin Quillane")]) == "Quillane shut the port."
    assert with_speaker("The port is shut.", [quillane, OWN_WORDS]) == "The port is shut.", "an article says it itself"
    assert with_speaker("The port is shut.", []) == "The port is shut."


def test_what_is_only_denied_is_not_told_as_a_fact() -> None:
    denial = Attribution(DENIAL, "Dastrey")
    assert turns_denial("The company is being sold.", [denial])
    assert not turns_denial("Dastrey denied that the company is being sold.", [denial])
    assert not turns_denial("The company is being sold.", [denial, OWN_WORDS])


def test_speakers_are_named_once_and_only_when_nobody_tells_it_in_his_own_words() -> None:
    one, other = Attribution(NAMED, "Ushakov"), Attribution(NAMED, "Lavrov")
    assert speakers([one, other, one]) == "Ushakov and Lavrov"
    assert speakers([one, OWN_WORDS]) is None
    assert speakers([Attribution(NAMED)]) is None


@given(st.text(alphabet='aA b.,“”"\n’said told-–', max_size=200))
def test_any_text_is_read(body: str) -> None:
    for span in sentence_spans(body, "en"):
        found = attribution(body, span.start, span.end)
        assert found.speaker is None or found.speaker in " ".join(body.split())
