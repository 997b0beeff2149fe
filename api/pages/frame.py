"""The frame that server-rendered pages share: head, masthead with its links, one main part."""

from html import escape
from urllib.parse import urlencode

from corpus.article import DEFAULT_COLLECTION

_FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="description" content="{description}">
<title>{title} - Dateline</title>
<link rel="icon" href="/web/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/web/style.css">
<link rel="stylesheet" href="/web/{style}.css">
<script {script} src="/web/{style}.js"></script>
</head>
<body>
<a class="skip-link" href="#{skip_to}">Skip to the {skip_to}</a>
<header class="masthead"><div class="masthead-line">
<p class="wordmark"><a href="{chat}">Dateline</a></p>
<nav class="masthead-links" aria-label="Pages"><a href="{chat}">Ask</a> <a href="{articles}"{current}>Articles</a></nav>
</div></header>
{main}
</body>
</html>
"""


def frame(
    title: str,
    main: str,
    *,
    style: str,
    skip_to: str,
    description: str = "News articles stored in Dateline.",
    collection: str = DEFAULT_COLLECTION,
    is_module: bool = False,
    is_articles: bool = False,
) -> str:
    """A whole page around `main`, which is HTML. `style` names its style sheet and its script in api/web.

    `skip_to` is the id of what the skip link leads to. The script is a classic one unless `is_module`: a sandboxed
    frame refuses modules. Escapes `title` and `description`.
    """
    return _FRAME.format(
        title=escape(title),
        description=escape(description),
        style=style,
        script='type="module"' if is_module else "defer",
        skip_to=skip_to,
        chat=escape(address("/", collection=collection)),
        articles=escape(address("/articles", collection=collection)),
        current=' aria-current="page"' if is_articles else "",
        main=main,
    )


def address(path: str, collection: str = DEFAULT_COLLECTION, **query: object) -> str:
    """A path of this server with a query. Empty values, and the default collection, are left out."""
    named = {**query, "collection": "" if collection == DEFAULT_COLLECTION else collection}
    kept = {name: str(value) for name, value in named.items() if value not in (None, "")}
    return f"{path}?{urlencode(kept)}" if kept else path


def failure_page(title: str, detail: str) -> str:
    """A page that says what went wrong, in place of the one asked for."""
    main = (
        f'<main class="reader" id="message"><h1 class="story-title">{escape(title)}</h1>'
        f'<p class="lead">{escape(detail)}</p>'
        '<p class="story-links"><a href="/articles">All articles</a> <a href="/">Ask a question</a></p></main>'
    )
    return frame(title, main, style="reader", skip_to="message")
