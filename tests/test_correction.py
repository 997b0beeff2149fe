"""A correction notice is found where an outlet put one, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.correction import correction_notice

NOTICES = [
    "Correction: the wall costs £11 million, not £18 million.",
    "CORRECTION, 3 May 2024: the ferry carries 90 people.",
    "Correction (May 3, 2024): An earlier figure was wrong.",
    "Corrections and clarifications: the mayor's name is Orrin Vale.",
    "* Clarification: The board meets on Tuesdays.",
    "Editor's note: this report gave the wrong figure for the wall.",
    "Editors’ note — the quotation was shortened.",
    "Editor's note: the photograph showed another bridge and has been replaced.",
    "This article was amended on 4 June 2024 because an earlier version gave the wrong age.",
    "This story has been corrected to say that the vote was on Monday.",
    "An earlier version of this article misstated the cost of the wall.",
    "The wall was finished in May. This article originally said June.",
    "This article has been updated to correct the name of the ship.",
    "We apologise for the error.",
    "This version corrects the spelling of the ship's name.",
    "The story first ran on May 3. It was updated on May 4 to correct the cost of the wall.",
    "(This May 3 story has been corrected to say that the vote was on Monday.)",
    "(Corrects paragraph 2 to say that the wall costs 11 million.)",
    "Earlier versions of this article gave the wrong cost.",
    "In a prior version of this story the mayor's name was misspelt.",
    "The original version of this report said June.",
    "Amendment: the wall costs £11 million, not £18 million.",
    "Amendment (4 June 2024): the ferry carries 90 people.",
    "Amended: the ferry carries 90 people.",
    "AMENDED 2024-06-04 - the ferry carries 90 people.",
    "[Amended on June 4, 2024 to correct the mayor's age.]",
    "Updated on 4 June 2024 to correct the age of the mayor.",
    "Clarification, 4 June 2024: the board meets on Tuesdays.",
    "Clarification – the board meets on Tuesdays.",
    "Editor's note: the headline has been amended to reflect the vote.",
    "Editor's note (4 June): the figure for the wall has been updated to correct an error.",
]
OTHERS = [
    "The newspaper issued a correction on Tuesday after the minister complained.",
    "Corrections officers - many of them new - walked out of the prison.",
    "Correction of the river's course began in 1862.",
    "The editor's note to her staff leaked within the hour.",
    "Editor's note: this story describes violence that some readers may find distressing.",
    "Editor’s Note: Dana Orrin is a former harbour master. The views are her own.",
    "Editors' note - this article was first published in 2019 by a partner of ours.",
    "The story has been told many times: by sailors, by poets, by fools.",
    "This article of the treaty was never amended.",
    "Update your calendars: the fair opens in June.",
    "An earlier version of the plan would have closed the port.",
    "Correction 2024: stocks fall.",
    "Amendment: Parliament passes the law.",
    "Amendment: the lower house, not the upper one, votes on Tuesday.",
    "Amendment 3 passed with 60 per cent of the vote.",
    "Amendment 3: what voters decide on Tuesday.",
    "Amendment 14, section 3: no person shall be a senator.",
    "Amendments: three motions were tabled.",
    "Amended in 1971 to correct the imbalance, the law stayed.",
    "Amended law: what changes on Monday.",
    "The amendment was amended to correct an error in the bill.",
    "Updated on 4 June 2024 to include the reaction of the board.",
    "Clarification of the law is needed, the court said.",
    "Clarification came late on Monday.",
    "He corrects papers at night (corrects them twice).",
    "It was updated on Tuesday to include the reaction of the board.",
    "The market had a correction - shares fell by a tenth.",
    "This report was updated to include the reaction of the harbour board.",
]


@pytest.mark.parametrize("notice", NOTICES)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_notice_is_found_wherever_it_stands(notice: str, place: int) -> None:
    paragraphs = ["The harbour wall was finished on Friday.", "It took 3 years."]
    paragraphs.insert(place, notice)
    body = "\n".join(paragraphs)
    span = correction_notice(body)
    assert span is not None and body[span.start : span.end] == notice


@pytest.mark.parametrize("text", OTHERS)
def test_what_only_tells_of_corrections_is_none(text: str) -> None:
    assert correction_notice(f"The harbour wall was finished.\n{text}\nIt took 3 years.") is None


@pytest.mark.parametrize(
    "notice", ["Correction: it took two years.", "Editor’s note (4 May 2024): it took two.", "Amended: it took two."]
)
def test_of_a_text_without_paragraphs_the_end_is_the_notice(notice: str) -> None:
    body = f"The wall was finished. “It took three years,” said the mayor. {notice} This article said three."
    span = correction_notice(body)
    assert span is not None and body[span.start : span.end] == f"{notice} This article said three."
    told = "The minister said: “I was wrong.” The correction: nobody noticed it. He left. corrections: many."
    assert correction_notice(told) is None


@given(st.text())
def test_any_text_is_read_and_the_span_lies_in_it(body: str) -> None:
    span = correction_notice(body)
    assert span is None or 0 <= span.start < span.end <= len(body)
