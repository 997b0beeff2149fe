"""The ledger as its readers meet it: answers listed, shown, forgotten, and asked again. For routes and commands."""

from api.answer_diff import replayed
from api.caller import calling
from api.cursor import cursor_at, position_of
from api.engine import Engine
from api.ledger_entries import asked_again, kept_answer, summary_of
from api.ledger_schemas import KeptAnswerList, KeptAnswerOut, ReplayOut
from api.render import answer_out
from api.requests import ask_of
from corpus.ledger import LedgerEntry, Wanted

EVERY = Wanted()


class LedgerDesk:
    """Shows what is `wanted` at most: what a key may see. Raises `NotFound` for everything else."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._store = engine.ledger.store

    def page(self, wanted: Wanted, limit: int, cursor: str | None = None) -> KeptAnswerList:
        """The newest answers."""
        before = position_of(cursor)[1] if cursor else None
        self._engine.ledger.settle()
        rows = self._store.page(wanted, limit + 1, before)
        shown = rows[:limit]
        changes = self._store.changes([entry.id for _, entry in shown])
        following = cursor_at(shown[-1][1].created_at, shown[-1][0]) if len(rows) > limit else None
        return KeptAnswerList(
            data=[summary_of(entry, changes.get(entry.id, ())) for _, entry in shown],
            has_more=following is not None,
            next_cursor=following,
        )

    def answer(self, answer_id: str, wanted: Wanted = EVERY) -> KeptAnswerOut:
        """One answer as it was given, and what became of its articles since."""
        return self._whole(self._entry(answer_id, wanted))

    def delete(self, answer_id: str, wanted: Wanted = EVERY) -> None:
        """Forget an answer."""
        self._engine.ledger.settle()
        self._store.delete(answer_id, wanted)

    def to_replay(self, answer_id: str, wanted: Wanted = EVERY) -> LedgerEntry:
        """What `replay` asks again."""
        return self._entry(answer_id, wanted)

    async def replay(self, entry: LedgerEntry, base_url: str) -> ReplayOut:
        """Ask the question of a kept answer again, as it was understood and under the same settings.

        Raises `InvalidInput` when its words were not kept, or it was answered by a chat model and none is set now.
        """
        ask = ask_of(asked_again(entry), self._engine.settings.policy)
        with calling(replay_of=entry.id):
            answer = await self._engine.asker.ask(ask)
        versions = self._engine.versions().model_copy(update={"index": answer.index_version})
        return replayed(kept_answer(entry, {}, ()), answer_out(answer, base_url), versions)

    def _entry(self, answer_id: str, wanted: Wanted) -> LedgerEntry:
        self._engine.ledger.settle()
        return self._store.get(answer_id, wanted)

    def _whole(self, entry: LedgerEntry) -> KeptAnswerOut:
        changes = self._store.changes([entry.id])
        return kept_answer(entry, self._store.quotes(entry), changes.get(entry.id, ()))
