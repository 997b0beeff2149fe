"""Whether stems of a question are among those of a text, and how much of their weight."""

from answering.lexicon import ALIKE
from answering.stem import stem


def has(term: str, held: frozenset[str]) -> float:
    """1.0 when the stem is among `held`, 0.8 when a longer spelling of the same name or word is, else 0.0."""
    if term in held or (term == "america" and "stat" in held and "unit" in held):
        return 1.0
    if "-" in term:
        return float(all(part in held or stem(part) in held for part in term.split("-") if part))
    if len(term) >= 6 and not term[0].isdigit():
        root = term[: max(5, len(term) - 3)]
        if any(h.startswith(root) and abs(len(h) - len(term)) <= 2 for h in held):
            return 0.8
    return 0.0


def attested(terms: dict[str, float], held: frozenset[str]) -> float:
    """The share of the terms' weight that `held` has as such or in a word that says the same; 1.0 without terms."""
    total = sum(terms.values())
    groups = {group for other in held for group in ALIKE.get(other, ())}
    found = (w for t, w in terms.items() if has(t, held) or not groups.isdisjoint(ALIKE.get(t, ())))
    return sum(found) / total if total else 1.0


def coverage(terms: dict[str, float], held: frozenset[str]) -> float:
    """The share of the terms' weight that `held` covers; 0.0 without terms."""
    total = sum(terms.values())
    return sum(w * has(t, held) for t, w in terms.items()) / total if total else 0.0
