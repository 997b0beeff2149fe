"""Small pictures of a run as inline SVG, drawn in the colours of the page around them."""

from collections.abc import Mapping, Sequence

from evals.markup import Markup, element, joined
from evals.results import Measure
from evals.selective import Bin

_WIDTH, _ROW, _LABEL, _VALUE = 620, 24, 190, 120
_SIDE, _EDGE = 260, 34


def intervals(rows: Sequence[tuple[str, str, Measure]]) -> Markup:
    """A dot with its 95 % interval for each row: title, tooltip, figure between 0 and 1."""
    known = [row for row in rows if row[2].value is not None]
    height = _ROW * len(known) + 26
    left, right = _LABEL, _WIDTH - _VALUE

    def x(value: float | None) -> float:
        return round(left + (right - left) * min(1.0, max(0.0, value or 0.0)), 1)

    pieces: list[Markup] = [
        _line(x(at), 4, x(at), height - 20, "grid") for at in (0, 0.25, 0.5, 0.75, 1)
    ] + [_text(x(at), height - 6, f"{at:.0%}", "tick", "middle") for at in (0, 0.5, 1)]  # fmt: skip
    for n, (title, tooltip, one) in enumerate(known):
        y = 16 + n * _ROW
        pieces += [
            _text(left - 10, y + 4, title, "label", "end"),
            _line(x(one.low), y, x(one.high), y, "whisker"),
            element("circle", element("title", tooltip), cx=x(one.value), cy=y, r=4.5, class_="dot"),
            _text(right + 12, y + 4, said(one), "value"),
        ]
    return _svg(_WIDTH, height, "Figures with their 95 % intervals", pieces)


def risk_coverage(points: Sequence[tuple[float, float]]) -> Markup:
    """The share of wrong answers among the surest, against how many are given."""
    pieces = _axes("share of questions answered, surest first", "share of these wrong")
    if points:
        path = " ".join(f"{_x(coverage)},{_y(risk)}" for coverage, risk in points)
        pieces += [element("polyline", points=path, class_="curve"), _dot(*points[-1], "all answers given")]
    return _svg(_SIDE + 2 * _EDGE, _SIDE, "Risk against coverage", pieces)


def reliability(bins: Sequence[Bin]) -> Markup:
    """How often answers of a confidence are right; on the diagonal, confidence can be taken at its word."""
    pieces = [*_axes("confidence", "share right"), _line(_x(0), _y(0), _x(1), _y(1), "diagonal")]
    most = max((one.count for one in bins), default=1)
    for one in bins:
        size = round(3 + 7 * (one.count / most) ** 0.5, 1)
        said = f"{one.count} answers, confidence {one.confidence:.2f}, right {one.accuracy:.2f}"
        pieces.append(_dot(one.confidence, one.accuracy, said, size))
    return _svg(_SIDE + 2 * _EDGE, _SIDE, "Reliability", pieces)


def latency(milliseconds: Sequence[float], p50: float | None, p95: float | None) -> Markup:
    """How many questions took how long; the last bar holds all that took longer."""
    top = max((p95 or 0.0) * 1.25, 1.0)
    counts = [0] * 20
    for one in milliseconds:
        counts[min(19, int(one / top * 20))] += 1
    most = max(counts)
    pieces = _axes(f"milliseconds, up to {top:,.0f} and more", "questions", ticks=())
    for n, count in enumerate(counts):
        if count:
            bar = (_x((n + 1) / 20) - _x(n / 20)) - 1.5
            pieces.append(
                element(
                    "rect", element("title", f"{count} questions"), x=_x(n / 20), y=_y(count / most), class_="bar",
                    width=round(bar, 1), height=round(_y(0) - _y(count / most), 1),
                )
            )  # fmt: skip
    for name, at in (("p50", p50), ("p95", p95)):
        if at is not None:
            pieces += [
                _line(_x(at / top), _y(0), _x(at / top), _y(1), "mean"),
                _text(_x(at / top) + 4, _y(1) + 10, f"{name} {at:,.0f}", "tick"),
            ]
    return _svg(_SIDE + 2 * _EDGE, _SIDE, "Latency", pieces)


def strip(passed: Mapping[bool, int]) -> Markup:
    """A bar of how many cases hold."""
    total = sum(passed.values()) or 1
    width = round(100 * passed.get(True, 0) / total, 2)
    inner = element("rect", x=0, y=0, width=width, height=6, class_="good")
    whole = element("rect", x=0, y=0, width=100, height=6, class_="bad")
    return element(
        "svg", whole, inner, viewBox="0 0 100 6", preserveAspectRatio="none", class_="strip", role="img",
        aria_label=f"{width:.0f} % hold",
    )  # fmt: skip


def said(one: Measure) -> str:
    """A figure with its interval."""
    if one.value is None:
        return "-"
    return f"{one.value:.3f} ({one.low:.2f}-{one.high:.2f})"


def _axes(below: str, beside: str, ticks: Sequence[float] = (0, 0.5, 1)) -> list[Markup]:
    pieces = [_line(_x(0), _y(0), _x(1), _y(0), "axis"), _line(_x(0), _y(0), _x(0), _y(1), "axis")]
    for at in ticks:
        pieces += [
            _text(_x(at), _y(0) + 13, f"{at:g}", "tick", "middle"),
            _text(_x(0) - 6, _y(at) + 4, f"{at:g}", "tick", "end"),
            _line(_x(0), _y(at), _x(1), _y(at), "grid"),
        ]
    middle = (_y(0) + _y(1)) / 2
    turned = element("text", beside, x=12, y=middle, class_="tick", text_anchor="middle",
                     transform=f"rotate(-90 12 {middle})")  # fmt: skip
    return [*pieces, _text((_x(0) + _x(1)) / 2, _SIDE - 2, below, "tick", "middle"), turned]


def _x(value: float) -> float:
    return round(_EDGE + 8 + (_SIDE + 10) * min(1.0, max(0.0, value)), 1)


def _y(value: float) -> float:
    return round(_SIDE - 32 - (_SIDE - 46) * min(1.0, max(0.0, value)), 1)


def _dot(across: float, up: float, title: str, size: float = 4.5) -> Markup:
    return element("circle", element("title", title), cx=_x(across), cy=_y(up), r=size, class_="dot")


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=kind)


def _text(x: float, y: float, text: str, kind: str, anchor: str = "start") -> Markup:
    return element("text", text, x=x, y=y, class_=kind, text_anchor=anchor)


def _svg(width: int, height: int, title: str, pieces: Sequence[Markup]) -> Markup:
    box = f"0 0 {width} {height}"
    return element("svg", element("title", title), joined(*pieces), viewBox=box, role="img", class_="plot")
