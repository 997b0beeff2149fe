"""The report of a run: one HTML file without script that needs nothing else, failures first."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from evals import plots, selective
from evals.markup import Markup, element, joined, link
from evals.names import meaning, ordered, title
from evals.results import CaseResult, Context, Results
from evals.summary import confidences

_STYLE = (Path(__file__).parent / "report.css").read_text(encoding="utf-8")
_TILES = ("correct_when_answered", "fact_recall", "citation_recall", "citation_precision", "span_validity",
          "abstention_f1", "hits@10", "ndcg@10")  # fmt: skip
_MARKER = re.compile(r"(\[\d+\])")
_NEAREST = 3


def render(results: Results) -> str:
    """The whole page. Everything of articles, models and suites in it is escaped."""
    tags = sorted(results.by_tag)
    cases = sorted(results.cases, key=lambda one: one.passed)
    head = element(
        "head",
        Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'),
        element("title", f"{results.suite}: {results.passed} of {len(results.cases)} hold - Dateline evaluation"),
        element("style", Markup(_STYLE + _filter_rules(len(tags)))),
    )
    body = element(
        "body",
        _masthead(results),
        element("main", _tiles(results), _plots(results), _filters(tags), [_case(one, tags, results) for one in cases]),
    )
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _masthead(results: Results) -> Markup:
    failed = len(results.cases) - results.passed
    target = results.target
    facts = [
        ("Asked", target.name),
        ("Model", target.described.get("model", "")),
        ("Articles", f"{target.revisions:,} revisions, digest {target.corpus_digest}" if target.revisions else ""),
        ("Suite", f"{len(results.cases):,} cases, digest {results.suite_digest}"),
        ("Run", f"{results.timings.created_at}, {results.timings.seconds:,.0f} s"),
    ]  # fmt: skip
    return element(
        "header",
        element("p", "Dateline evaluation", class_="wordmark"),
        element("h1", results.suite, dir="auto"),
        element("p", results.settings.description, class_="lead", dir="auto") if results.settings.description else None,
        element("p", element("strong", f"{results.passed:,} of {len(results.cases):,}"), " cases hold",
                f", {failed:,} do not." if failed else ".", class_="verdict"),
        plots.strip({True: results.passed, False: failed}),
        element("dl", [joined(element("dt", name), element("dd", value)) for name, value in facts if value]),
        [element("p", notice, class_="notice") for notice in results.notices],
    )  # fmt: skip


def _tiles(results: Results) -> Markup:
    shown = []
    for name in _TILES:
        one = results.measures.get(name)
        if one and one.value is not None:
            shown.append(_tile(title(name), f"{one.value:.1%}", f"{one.low:.0%} to {one.high:.0%}", meaning(name)))
    if results.timings.p50_ms is not None:
        shown.append(_tile("Latency", f"{results.timings.p50_ms:,.0f} ms", f"p95 {results.timings.p95_ms:,.0f} ms",
                           "Half of the questions took no longer; one in twenty took longer than p95."))  # fmt: skip
    tokens = results.tokens
    if tokens.input or tokens.output:
        cost = f"cost {tokens.cost:,.4f}" if tokens.cost is not None else "in and out"
        shown.append(_tile("Tokens", f"{tokens.input + tokens.output:,}", cost, "Of the chat model, over all cases."))
    return element("section", shown, class_="tiles", aria_label="Main figures")


def _tile(name: str, value: str, below: str, tooltip: str) -> Markup:
    return element(
        "div", element("span", name, class_="name"), element("span", value, class_="figure"),
        element("span", below, class_="below"), class_="tile", title=tooltip,
    )  # fmt: skip


def _plots(results: Results) -> Markup:
    names = ordered(results.measures)
    tagged = [(tag, f"{one['passed'].cases} cases", one["passed"]) for tag, one in results.by_tag.items()]
    answered = sum(not one.did_abstain for one in results.cases)
    confidence, correct = confidences(results.cases)
    panels = [
        _panel("All figures", "95 % bootstrap intervals over the cases.",
               plots.intervals([(title(name), meaning(name), results.measures[name]) for name in names])),
        _panel("Cases that hold, by tag", "Few cases make wide intervals.",
               plots.intervals(tagged)) if tagged else None,
    ]  # fmt: skip
    small: list[Markup] = []
    if len(confidence):
        points = selective.risk_coverage(confidence, correct, len(results.cases))
        small = [
            _panel("Risk and coverage", f"{answered:,} of {len(results.cases):,} answered.",
                   plots.risk_coverage(points)),
            _panel("Reliability", "On the line, confidence can be taken at its word.",
                   plots.reliability(selective.reliability(confidence, correct))),
        ]  # fmt: skip
    times = results.timings
    if times.latencies_ms:
        small.append(_panel("Latency", "Time of each question, one attempt.",
                            plots.latency(list(times.latencies_ms.values()), times.p50_ms, times.p95_ms)))  # fmt: skip
    return joined(element("section", panels, class_="wide"), element("section", small, class_="small"))


def _panel(name: str, below: str, plot: Markup) -> Markup:
    return element("figure", element("figcaption", element("h2", name), element("p", below)), plot)


def _filters(tags: Sequence[str]) -> Markup:
    def choice(group: str, value: str, text: str, is_first: bool) -> Markup:
        box = element("input", type="radio", name=group, id=f"{group}-{value}", checked="" if is_first else None)
        return joined(Markup(box.removesuffix("</input>")), element("label", text, for_=f"{group}-{value}"))

    shown = [choice("show", "all", "All", True), choice("show", "failed", "Failed", False),
             choice("show", "passed", "Held", False)]  # fmt: skip
    tagged = [choice("tag", "any", "any tag", True)]
    tagged += [choice("tag", str(n), tag, False) for n, tag in enumerate(tags)]
    return element(
        "nav", element("h2", "Cases"), element("div", shown, class_="choices"),
        element("div", tagged, class_="choices") if tags else None, aria_label="Filter",
    )  # fmt: skip


def _filter_rules(tags: int) -> str:
    """Which cases are hidden for each choice, since there is no script to do it."""
    rules = [
        "body:has(#show-failed:checked) .held{display:none}",
        "body:has(#show-passed:checked) .failed{display:none}",
    ]
    rules += [f"body:has(#tag-{n}:checked) .case:not(.t{n}){{display:none}}" for n in range(tags)]
    return "\n".join(rules)


def _case(one: CaseResult, tags: Sequence[str], results: Results) -> Markup:
    case = one.case
    classes = ["case", "held" if one.passed else "failed", *(f"t{tags.index(tag)}" for tag in case.tags)]
    summary = element(
        "summary", element("span", "✓" if one.passed else "✗", class_="sign", aria_hidden="true"),
        element("span", case.question, class_="question", dir="auto"),
        element("span", [element("i", tag) for tag in case.tags], class_="tags"),
    )  # fmt: skip
    latency = results.timings.latencies_ms.get(case.id)
    foot = [case.id, None if latency is None else f"{latency:,.0f} ms"]
    if one.confidence is not None:
        foot.append(f"confidence {one.confidence:.2f}")
    if not case.reviewed:
        foot.append("drafted, not reviewed")
    return element(
        "details", summary,
        element("div",
                element("ul", [element("li", fault) for fault in one.faults], class_="faults") if one.faults else None,
                _asked(one), _answered(one), _expected(one),
                element("p", " · ".join(filter(None, foot)), class_="foot"), class_="inside"),
        class_=" ".join(classes), open="" if not one.passed else None, id=f"case-{case.id}",
    )  # fmt: skip


def _asked(one: CaseResult) -> Markup | None:
    case = one.case
    rows = [element("p", element("b", f"{turn.role}: "), turn.content, dir="auto") for turn in case.history]
    if case.as_of:
        rows.append(element("p", f"Asked as of {case.as_of}."))
    return element("div", rows, class_="before") if rows else None


def _answered(one: CaseResult) -> Markup | None:
    response = one.response
    if response is None:
        return element("p", one.error or "No answer came.", class_="answer")
    if "data" in response:
        return _passages("Passages found", response["data"])
    if one.did_abstain:
        reason = response.get("reason") or {}
        said = element("p", element("b", f"Declined ({reason.get('code')}). "), reason.get("message", ""), dir="auto",
                       class_="answer")  # fmt: skip
        return joined(said, _passages("Nearest passages", (response.get("passages") or [])[:_NEAREST]))
    contexts = {context.n: context for context in one.contexts}
    cited = [_citation(citation, contexts.get(citation["n"])) for citation in response.get("citations") or []]
    return joined(
        element("p", list(_with_markers(str(response.get("answer") or ""))), class_="answer", dir="auto"),
        element("ol", cited, class_="citations") if cited else None,
    )


def _with_markers(answer: str) -> Iterator[Markup]:
    for piece in _MARKER.split(answer):
        yield element("sup", piece) if _MARKER.fullmatch(piece) else joined(piece)


def _citation(citation: Mapping[str, Any], context: Context | None) -> Markup:
    date = str(citation.get("published_at") or "")[:10]
    outlet = ", ".join(filter(None, (citation.get("publisher"), date)))
    quote = element("mark", citation.get("quote") or "")
    words = joined("…" if context and context.before else None, context.before if context else None, quote,
                   context.after if context else None, "…" if context and context.after else None)  # fmt: skip
    is_false = context is not None and "start" in citation and not context.is_true
    return element(
        "li",
        element("p", element("b", f"[{citation['n']}] "), link(citation.get("url"), citation.get("title") or "source"),
                element("span", f" {outlet}"), class_="source", dir="auto"),
        element("p", "This is not what stands at its place in the article.", class_="false") if is_false else None,
        element("blockquote", words, dir="auto"),
    )  # fmt: skip


def _passages(name: str, passages: Sequence[Mapping[str, Any]]) -> Markup | None:
    rows = [
        element("li", element("b", one.get("title") or one.get("article_id") or ""), " ", str(one.get("text"))[:220],
                dir="auto")
        for one in passages
    ]  # fmt: skip
    return element("details", element("summary", name), element("ol", rows), class_="passages") if rows else None


def _expected(one: CaseResult) -> Markup:
    case = one.case
    rows: list[tuple[str, object]] = []
    if case.must_abstain:
        rows.append(("Expected", f"that it declines ({case.reason.value})" if case.reason else "that it declines"))
    if case.answer:
        rows.append(("Expected answer", " / ".join(case.answer)))
    rows += [("Expected fact", " / ".join(fact)) for fact in case.facts]
    rows += [("Must not be said", words) for words in case.forbidden]
    rows += [("Must be cited", " / ".join(names)) for names in case.must_cite]
    if case.may_abstain:
        rows.append(("Also right", "that it declines"))
    if case.conflict:
        rows.append(("Expected", "that it tells of the conflict"))
    if case.min_sources:
        rows.append(("Independent sources", f"at least {case.min_sources}"))
    if case.relevant:
        rows.append(("Relevant", ", ".join(case.relevant)))
    rows += [("Evidence", text) for text in case.evidence]
    if case.note:
        rows.append(("Note", case.note))
    return element(
        "dl", [joined(element("dt", name), element("dd", value, dir="auto")) for name, value in rows], class_="expected"
    )
