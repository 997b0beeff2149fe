"""News is mostly asked about while it is new: a moderate bonus for what was published shortly before the question."""

from collections.abc import Iterable
from datetime import datetime

# At most 0.3 of the score, half of that for an article ten days old. Chosen on RealTimeQA asked `as_of` the day of each
# question (docs/evaluate.md); a bonus of 0.15 to 0.5 and ten to twenty days do about as well.
_MOST = 0.3
_HALF = 10.0
# A question that asks for the present wants the newest of what bears on it, however old that is by now. By judgement:
# enough to put an update before what it updates, too little to put it before an article that alone has the answer.
_MOST_PRESENT = 0.5
_HALF_PRESENT = 30.0


def bonus(published_at: datetime | None, moment: datetime, *, asks_for_present: bool = False) -> float:
    """The factor, 1..1.5, by which a score is multiplied; 1 for an undated article."""
    if published_at is None:
        return 1.0
    most, half = (_MOST_PRESENT, _HALF_PRESENT) if asks_for_present else (_MOST, _HALF)
    # In whole days, so that the same question gives the same scores for a day.
    return 1.0 + most / (1.0 + (max(0, (moment - published_at).days) / half) ** 2)


def newest(published: Iterable[datetime | None], moment: datetime) -> datetime:
    """The time of the newest of these that is not after `moment`; `moment` when none has a time."""
    return max((when for when in published if when is not None and when <= moment), default=moment)
