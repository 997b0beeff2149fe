from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from corpus.article import Article
from corpus.kept import KeptArticles

MAY = datetime(2024, 5, 3, tzinfo=UTC)


def article(key: int, length: int) -> Article:
    return Article(
        id=str(key), revision=1, title="T", body="x" * length, publisher=None, authors=(), url=None, language=None,
        published_at=None, updated_at=None, first_seen_at=MAY, collection="default", is_current=True,
    )  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 60)), max_size=40))
def test_what_is_kept_is_what_was_used_last_within_the_bound(steps: list[tuple[int, int]]) -> None:
    kept, model = KeptArticles(100), dict[tuple[int, int], Article]()
    for key, length in steps:
        place = (key, 1)
        found = kept.get([place])
        assert found == ({place: model[place]} if place in model else {})
        model.pop(place, None)
        model[place] = found.get(place) or article(key, length)
        kept.keep({place: model[place]})
        while sum(len(one.body) for one in model.values()) > 100:
            model.pop(next(iter(model)))


def test_a_forgotten_article_is_gone_with_all_its_revisions() -> None:
    kept = KeptArticles()
    kept.keep({(1, 1): article(1, 5), (1, 2): article(1, 5), (2, 1): article(2, 5)})
    kept.forget(1)
    assert kept.get([(1, 1), (1, 2), (2, 1)]).keys() == {(2, 1)}
