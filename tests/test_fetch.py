"""Fetching: only where it may, bounded in bytes and time, whatever the server does."""

import ipaddress
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.addresses import Allowed, is_public
from corpus.database import Database
from corpus.errors import FetchFailed, FetchPutOff, FetchRefused
from corpus.fetch import Fetcher
from corpus.politeness import Politeness
from corpus.rests import Rests
from tests import web as hostile
from tests.web import Web, opened, page

HERE = Allowed.parse(["127.0.0.1"])


@pytest.fixture
def web() -> Iterator[Web]:
    with opened() as web:
        yield web


@pytest.fixture
def rests(tmp_path: Path) -> Iterator[Rests]:
    with closing(Database(tmp_path / "dateline.sqlite")) as database:
        yield Rests(database)


def fetcher(seconds: float = 5.0, most_bytes: int = 2_000_000, **more: object) -> Fetcher:
    return Fetcher(HERE, "DatelineTest/1.0", seconds, most_bytes, **more)  # type: ignore[arg-type]


LOCAL = [
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.8",
    "192.0.0.9", "192.0.2.1", "192.88.99.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1",
    "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1",
    "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1", "100::1", "fec0::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "2a00:1450:4001:829::200e"]


@pytest.mark.parametrize("address", LOCAL)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    assert not Allowed().lets("news.example", address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_let(address: str) -> None:
    assert Allowed().lets("news.example", address)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_inside_an_ipv6_one_is_never_let(address: ipaddress.IPv4Address) -> None:
    low = int(address)
    forms = (low, (0xFFFF << 32) | low, (0x64FF9B << 96) | low, (0x2002 << 112) | (low << 80))
    assert not any(is_public(ipaddress.IPv6Address(form)) for form in forms)


def test_what_is_allowed_by_name_address_or_network() -> None:
    allowed = Allowed.parse(["wiki.intern", "10.1.0.0/16", "::1", " "])
    assert allowed.lets("wiki.intern", "10.9.9.9") and allowed.lets("x", "10.1.2.3") and allowed.lets("x", "::1")
    assert not allowed.lets("x", "10.2.0.1") and not allowed.lets("wiki.intern.evil.example", "10.9.9.9")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "0", "127.1", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_no_spelling_of_this_machine_is_connected_to(web: Web, host: str) -> None:
    port = web.url.rsplit(":", 1)[1]
    web.gives("/secret", b"canary")
    with pytest.raises((FetchRefused, FetchFailed)):
        Fetcher().fetch(f"http://{host}:{port}/secret")
    assert not web.asked


@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://[::1]/", "file:///etc/passwd", "ftp://127.0.0.1/x",
     "gopher://127.0.0.1/", "http://localhost.evil.example:1/", "//169.254.169.254/x", "http:///x", "javascript:alert(1)"],
)  # fmt: skip
def test_a_redirect_is_checked_like_the_first_address(web: Web, target: str) -> None:
    with pytest.raises((FetchRefused, FetchFailed)):
        fetcher(resolve=lambda host, port: ["10.9.9.9"] if "evil" in host else [host]).fetch(
            web.redirects("/go", target)
        )


def test_a_name_that_changes_its_mind_gains_nothing(web: Web) -> None:
    canary = web.gives("/secret", b"canary")
    answers: list[Sequence[str]] = [["8.8.8.8", "127.0.0.1"], ["127.0.0.1"], ["127.0.0.1"]]
    asked = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    url = canary.replace("127.0.0.1", "rebind.example")
    for _ in range(3):
        with pytest.raises((FetchRefused, FetchFailed)):
            Fetcher(resolve=rebinding, seconds=2).fetch(url)
    assert not web.asked
    # Resolved once for each connection: what was checked is what is connected to.
    calls: list[int] = []
    once = fetcher(resolve=lambda host, port: calls.append(port) or ["127.0.0.1"])  # type: ignore[func-returns-value]
    assert once.fetch(url).body == b"canary" and len(calls) == 1
    assert web.headers["/secret"]["host"].startswith("rebind.example")


def test_looking_a_host_up_ends_at_the_deadline() -> None:
    let_go = threading.Event()

    def stuck(host: str, port: int) -> Sequence[str]:
        let_go.wait(60)
        return ["127.0.0.1"]

    began = time.monotonic()
    with pytest.raises(FetchFailed, match=r"slow\.example took more than"):
        fetcher(seconds=0.3, resolve=stuck).fetch("http://slow.example/")
    assert time.monotonic() - began < 30
    let_go.set()


def test_redirects_are_followed_and_counted(web: Web) -> None:
    web.gives("/page", page("Skelmouth"))
    web.redirects("/a", "/b")
    found = fetcher().fetch(web.redirects("/b", "page") and web.url + "/a")
    assert found.url == web.url + "/page" and b"Skelmouth" in found.body
    with pytest.raises(FetchFailed, match="redirects more than"):
        fetcher().fetch(web.redirects("/loop", "/loop"))
    assert web.asked["/loop"] == 6


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (hostile.endless, "more than"),
        (hostile.dripping, "seconds"),
        (hostile.dripping_headers, "seconds"),
        (hostile.silent, "seconds"),
        (hostile.huge_headers, "cannot be read|seconds"),
        (hostile.cut_off, "cannot be read"),
        (hostile.bomb("gzip"), "more than"),
        (hostile.bomb("deflate"), "more than"),
        (hostile.bomb("br"), "not asked for"),
        (hostile.bomb("zstd"), "not asked for"),
    ],
)
def test_a_hostile_answer_is_bounded_and_named(web: Web, answer: Callable[..., None], reason: str) -> None:
    clock = time.monotonic()
    with pytest.raises((FetchRefused, FetchFailed), match=reason):
        fetcher(seconds=1.5).fetch(web.does("/bad", answer))
    assert time.monotonic() - clock < 20
    assert fetcher().fetch(web.gives("/good", b"fine")).body == b"fine"


def test_what_is_announced_too_large_is_not_read(web: Web) -> None:
    def ten_gigabytes(handler: object) -> None:
        handler.send_response(200)  # type: ignore[attr-defined]
        handler.send_header("Content-Length", "10000000000")  # type: ignore[attr-defined]
        handler.end_headers()  # type: ignore[attr-defined]

    with pytest.raises(FetchRefused, match="announces 10,000,000,000 bytes"):
        fetcher().fetch(web.does("/large", ten_gigabytes))


def test_a_compressed_page_is_read_all_the_same(web: Web) -> None:
    import gzip

    url = web.gives("/page", gzip.compress(page("Skelmouth")), Content_Encoding="gzip")
    assert fetcher().fetch(url).body == page("Skelmouth")
    assert web.headers["/page"]["accept-encoding"] == "identity"
    assert fetcher().fetch(web.gives("/mangled", b"no gzip", Content_Encoding="identity")).body == b"no gzip"
    with pytest.raises(FetchFailed, match="compressed"):
        fetcher().fetch(web.gives("/mangled", b"no gzip", Content_Encoding="gzip"))


def test_what_has_not_changed_is_not_sent_again(web: Web) -> None:
    url = web.gives("/feed", b"feed", ETag='"v1"', Last_Modified="Fri, 03 May 2024 06:00:00 GMT")
    first = fetcher().fetch(url)
    web.gives("/feed", b"", status=304)
    again = fetcher().fetch(url, first.etag, first.last_modified)
    assert again.is_unchanged and again.body == b""
    assert web.headers["/feed"]["if-none-match"] == '"v1"' and "if-modified-since" in web.headers["/feed"]


def test_a_status_is_told_with_what_the_site_asks_for(web: Web) -> None:
    with pytest.raises(FetchFailed, match="status 503") as failure:
        fetcher().fetch(web.gives("/busy", b"", status=503, Retry_After="120"))
    assert failure.value.status == 503 and failure.value.retry_after == 120
    with pytest.raises(FetchFailed, match="cannot be read"):
        fetcher().fetch("http://127.0.0.1:9/")


@given(st.text(max_size=60))
def test_any_text_as_an_address_is_refused_in_words(text: str) -> None:
    unreachable = Fetcher(resolve=lambda host, port: ["10.0.0.1"])
    with pytest.raises((FetchRefused, FetchFailed)):
        unreachable.fetch(text)
    with pytest.raises((FetchRefused, FetchFailed)):
        unreachable.fetch(f"http://{text}/")


def test_robots_txt_is_obeyed(web: Web, rests: Rests) -> None:
    web.gives("/robots.txt", b"User-agent: *\nDisallow: /private\nCrawl-delay: 0\n", "text/plain")
    politeness = Politeness(fetcher(), rests, interval=0)
    politeness.ask(web.url + "/open", 5)
    with pytest.raises(FetchRefused, match=r"robots\.txt"):
        politeness.ask(web.url + "/private/page", 5)
    assert web.asked["/robots.txt"] == 1, "read once"


def test_no_robots_txt_forbids_nothing_and_a_failing_site_everything(web: Web, rests: Rests) -> None:
    Politeness(fetcher(), rests, interval=0).ask(web.url + "/page", 5)
    web.gives("/robots.txt", b"", status=503)
    with pytest.raises(FetchFailed, match="cannot be read now"):
        Politeness(fetcher(), rests, interval=0).ask(web.url + "/page", 5)


def test_a_host_is_left_some_time_between_requests(web: Web, rests: Rests) -> None:
    politeness = Politeness(fetcher(), rests, interval=100)
    assert politeness.ask(web.url + "/page", 5) == 0
    assert 20 < politeness.ask(web.url + "/page", 5) <= 30, "at most half a minute, whatever is asked for"
    assert 50 < politeness.ask(web.url + "/page", 5) <= 60
    url = web.gives("/page", b"It opened.")
    politeness, clock = Politeness(fetcher(), rests, interval=0.3), time.monotonic()
    for _ in range(3):
        fetcher().fetch(url, may=politeness.ask)
    assert time.monotonic() - clock >= 0.6


def test_a_pause_between_requests_takes_nothing_of_the_time_for_an_answer(web: Web) -> None:
    web.gives("/page", b"It opened.")
    url = web.redirects("/moved", "/page")  # on the connection that was opened before the pause
    assert fetcher(seconds=1.5).fetch(url, may=lambda _url, _seconds: 1.0).body == b"It opened."


@pytest.mark.parametrize("path", ["/robots.txt", "/moved"])
def test_all_that_one_address_leads_to_shares_one_deadline(web: Web, rests: Rests, path: str) -> None:
    answers = {"/robots.txt": web.answers.get("/robots.txt", hostile.missing)}
    web.redirects("/moved", "/page")
    web.gives("/page", b"It opened.")

    def late(answer: Callable[[BaseHTTPRequestHandler], None]) -> Callable[[BaseHTTPRequestHandler], None]:
        return lambda handler: (time.sleep(1.2), answer(handler))[1]  # type: ignore[func-returns-value]

    for each in (path, "/page"):  # each in time by itself
        web.does(each, late((answers | web.answers)[each]))
    with pytest.raises(FetchFailed, match="more than 2 seconds"):
        fetcher(seconds=2).fetch(web.url + "/moved", may=Politeness(fetcher(seconds=2), rests, interval=0).ask)
    assert web.asked["/page"] == 1


def test_a_site_is_not_shut_out_because_a_redirect_left_no_time_to_ask_it(web: Web, rests: Rests) -> None:
    web.does("/robots.txt", hostile.silent)
    politeness = Politeness(fetcher(seconds=5), rests, interval=0)
    with pytest.raises(FetchFailed, match=r"robots\.txt cannot be read"):
        politeness.ask(web.url + "/page", 0.2)
    web.gives("/robots.txt", b"", "text/plain")
    assert politeness.ask(web.url + "/page", 5) == 0


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("says", [lambda: "7200", lambda: formatdate(time.time() + 7200, usegmt=True)])
def test_a_busy_site_is_left_alone_for_as_long_as_it_asks(
    web: Web, rests: Rests, status: int, says: Callable[[], str]
) -> None:
    url, politeness = (
        web.gives("/page", b"", status=status, Retry_After=says()),
        Politeness(fetcher(), rests, interval=0),
    )
    with pytest.raises(FetchFailed, match=r"left alone until 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC") as busy:
        fetcher().fetch(url, may=politeness.ask)
    politeness.heed(busy.value)
    for again in (politeness, Politeness(fetcher(), rests, interval=0)):  # also after a restart
        with pytest.raises(FetchPutOff, match="left alone until") as put_off:
            fetcher().fetch(web.url + "/other", may=again.ask)
        assert put_off.value.may_pass and 7100 < (put_off.value.retry_after or 0) <= 7200
    assert (web.asked["/page"], web.asked["/other"]) == (1, 0)
    with opened() as other:
        assert politeness.ask(other.url + "/page", 5) == 0, "another site"


@pytest.mark.parametrize(
    ("says", "least", "most"), [("999999999", 86_000, 86_400), ("0", 0, 0), ("soon", 0, 0), ("-5", 0, 0)]
)
def test_what_a_site_asks_for_is_heeded_within_bounds(web: Web, rests: Rests, says: str, least: int, most: int) -> None:
    url = web.gives("/page", b"", status=503, Retry_After=says)
    with pytest.raises(FetchFailed) as busy:
        fetcher().fetch(url)
    Politeness(fetcher(), rests).heed(busy.value)
    assert least <= rests.left(web.url) <= most


def test_a_short_rest_is_waited_for_and_a_broken_page_is_not_its_site(web: Web, rests: Rests) -> None:
    politeness = Politeness(fetcher(), rests, interval=0)
    politeness.heed(FetchFailed("It is gone.", 404, 7200.0, web.url + "/page"))
    assert politeness.ask(web.url + "/page", 5) == 0
    politeness.heed(FetchFailed("It is busy.", 429, 20.0, web.url + "/page"))
    assert 19 < politeness.ask(web.url + "/page", 5) <= 20


def test_a_site_that_is_too_busy_for_its_robots_txt_is_left_alone(web: Web, rests: Rests) -> None:
    web.gives("/robots.txt", b"", status=429, Retry_After="7200")
    politeness = Politeness(fetcher(), rests, interval=0)
    with pytest.raises(FetchFailed, match=r"robots\.txt cannot be read now.*left alone until") as busy:
        politeness.ask(web.url + "/page", 5)
    assert 7100 < (busy.value.retry_after or 0) <= 7200
    with pytest.raises(FetchPutOff):
        politeness.ask(web.url + "/page", 5)
