"""How far a request reaches: into every collection, or into those that its key is bound to."""

from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from corpus.article import DEFAULT_COLLECTION
from corpus.errors import NotAllowed
from corpus.keys import Key


class _InCollection(Protocol):
    """A request body that may name a collection."""

    collection: str

    @property
    def model_fields_set(self) -> set[str]: ...
    def model_copy(self, *, update: dict[str, Any]) -> Any: ...


B = TypeVar("B", bound=_InCollection)


@dataclass(frozen=True, slots=True)
class Reach:
    """What a request may touch. `owner` names who asks, by the id of the key; `collections` empty: all."""

    owner: str = ""
    collections: tuple[str, ...] = ()

    @property
    def default(self) -> str:
        """The collection meant where none is named: `default`, or the first that is within reach."""
        return DEFAULT_COLLECTION if self.sees(DEFAULT_COLLECTION) else self.collections[0]

    def sees(self, collection: str) -> bool:
        """Whether a collection is within reach."""
        return not self.collections or collection in self.collections

    def check(self, collection: str) -> str:
        """The collection. Raises `NotAllowed`, in the same words whether or not there is such a collection."""
        if not self.sees(collection):
            raise NotAllowed(f"The key reaches these collections only: {', '.join(self.collections)}.")
        return collection

    def within(self, body: B) -> B:
        """The body, in a collection within reach also where it names none. Raises `NotAllowed`."""
        if "collection" in body.model_fields_set:
            self.check(body.collection)
            return body
        moved: B = body.model_copy(update={"collection": self.default})
        return moved


EVERYWHERE = Reach()


def reach_of_key(key: Key | None) -> Reach:
    """How far a key reaches; without keys, everywhere."""
    return Reach(key.id, key.collections) if key else EVERYWHERE
