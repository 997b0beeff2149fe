"""Statements that tell as done what is planned, possible or alleged, beside those that keep it so."""

import pytest

from answering.answer import Verdict
from answering.verify import verify

OVERSTATED = [
    ("The council may close the Mill Street bridge in October.", "The council will close the Mill Street bridge in October."),
    ("The drug could reduce the risk of stroke by 30 percent.", "The drug reduces the risk of stroke by 30 percent."),
    ("The company plans to cut 400 jobs at its Leyburn plant.", "The company has cut 400 jobs at its Leyburn plant."),
    ("The minister is expected to resign on Friday.", "The minister will resign on Friday."),
    ("The airline will buy 30 aircraft from Boeing next year.", "The airline bought 30 aircraft from Boeing."),
    ("The bill would raise the minimum wage to 15 dollars.", "The bill raised the minimum wage to 15 dollars."),
    ("The union threatened to strike on Monday.", "The union struck on Monday."),
    ("If talks fail, the union will strike on Monday.", "The union will strike on Monday."),
    ("The deal, if approved, will create 500 jobs.", "The deal will create 500 jobs."),
    ("The man allegedly stole 12 paintings from the museum.", "The man stole 12 paintings from the museum."),
    ("Varga is accused of taking bribes from builders.", "Varga took bribes from builders."),
    ("The army claimed to have captured the town of Orle.", "The army captured the town of Orle."),
    ("The bank is considering a sale of its Polish unit.", "The bank sold its Polish unit."),
    ("Fans feared that the match would be cancelled.", "The match was cancelled."),
    ("Police are investigating whether the driver was drunk.", "The driver was drunk."),
    ("The opposition urged the mayor to resign.", "The mayor resigned."),
    ("The suspect tried to flee to Spain.", "The suspect fled to Spain."),
    ("The senate has yet to approve the treaty.", "The senate approved the treaty."),
    ("Doctors recommended that the king cancel his trip.", "The king cancelled his trip."),
    ("The ship nearly sank off Cape Wrath.", "The ship sank off Cape Wrath."),
    ("Lund must pay back 40,000 kroner by the end of the year.", "Lund paid back 40,000 kroner."),
    ("The union threatened a strike at the Leyburn plant.", "The union went on strike at the Leyburn plant."),
    ("The union threatened a strike at the Leyburn plant.", "A strike began at the Leyburn plant."),
    ("Members will vote on a strike at the Leyburn plant.", "A strike started at the Leyburn plant."),
    ("The deputy, Peter Crewe, offered his resignation in March.", "The deputy, Peter Crewe, resigned in March."),
    ("There were calls for the resignation of the mayor.", "The mayor resigned."),
    ("The MP called for the resignation of Mr Thorne.", "Mr Thorne resigned."),
    ("The council published a plan for the closure of four schools.", "The council closed four schools."),
    ("Residents oppose the planned closure of the tower.", "The tower was closed."),
    ("Ministers fear the collapse of the bank.", "The bank collapsed."),
]  # fmt: skip
AS_CERTAIN = [
    ("The council may close the Mill Street bridge in October.", "The Mill Street bridge could be closed in October."),
    ("The company plans to cut 400 jobs at its Leyburn plant.", "The company intends to cut 400 jobs at its Leyburn plant."),
    ("The airline said it would buy 30 aircraft from Boeing.", "The airline will buy 30 aircraft from Boeing."),
    ("The law will ban smoking in parks.", "The law bans smoking in parks."),
    ("The roof of the school will be repaired in summer.", "The school gets its roof repaired in summer."),
    ("The dam is expected to cost 3 billion dollars.", "The dam is forecast to cost $3bn."),
    ("The government banned smoking in parks, and may ban it at bus stops too.", "The government banned smoking in parks."),
    ("The company, which plans to expand in Asia, cut 400 jobs at Leyburn.", "The company cut 400 jobs at Leyburn."),
    ("The minister resigned on Friday after he was accused of taking bribes.", "The minister resigned on Friday."),
    ("Rescuers managed to free the six miners on Sunday.", "Rescuers freed the six miners on Sunday."),
    ("Moser beat Ricci in three sets to win her eighth title in Halle.", "Moser won her eighth title in Halle."),
    ("Reporters could hear gunfire from the palace.", "Reporters heard gunfire from the palace."),
    ("The charity offered help to survivors of the quake.", "The charity offered survivors of the quake help."),
    ("Asked if she would run again, Lund said she had decided to retire in May.", "Lund decided to retire in May."),
    ("Nearly 300 people were killed in the quake.", "Almost 300 people were killed in the quake."),
    ("Police suspect a man of 34 of the murder of Ana Ruiz.", "A man of 34 is suspected of murdering Ana Ruiz."),
    ("The union threatened a strike at the Leyburn plant.", "The union threatened to strike at the Leyburn plant."),
    ("The union went on strike after managers threatened the closure of the plant.", "The union went on strike."),
    ("The deputy, Peter Crewe, offered his resignation in March.", "Peter Crewe offered to resign in March."),
    ("The mayor resigned after calls for her resignation.", "The mayor resigned after calls for it."),
    ("The two-day strike began on Monday.", "A strike of two days began on Monday."),
    ("The company wanted a loan and closed the plant in May.", "The company closed the plant in May."),
    ("Members voted for a strike, which began on Monday.", "A strike began on Monday."),
    ("Lund must repay 40,000 kroner by the end of the year.", "Lund has to repay 40,000 kroner by the end of the year."),
]  # fmt: skip


@pytest.mark.parametrize(("quote", "statement"), OVERSTATED)
def test_what_is_planned_possible_or_alleged_is_not_told_as_done(quote: str, statement: str) -> None:
    assert verify(statement, [quote], similarity=lambda *_: [1.0]).verdict is Verdict.PARTLY


@pytest.mark.parametrize(("quote", "statement"), AS_CERTAIN)
def test_a_statement_may_be_as_certain_as_its_quote(quote: str, statement: str) -> None:
    assert verify(statement, [quote], similarity=lambda *_: [0.8]).verdict is Verdict.SUPPORTED


def test_another_sentence_may_tell_that_it_came_to_be() -> None:
    plan, deed = "The company plans to cut 400 jobs at Leyburn.", "In May the company cut 400 jobs at Leyburn."
    assert verify("The company cut 400 jobs at Leyburn.", [plan, deed]).verdict is Verdict.SUPPORTED
