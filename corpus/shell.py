"""Tell a page that stands where an article would: one that waits for scripts, or that asks who is there."""

import re

# Chosen by eye: such a page says little, and next to nothing beside what it asks for; a brief says two sentences.
_LONGEST, _NEXT_TO_NOTHING, _PROSE = 700, 150, 60
_ASKS = re.compile(
    r"\b(?:enable|turn on|activate|allow|requires?|supports?) (?:java ?script|cookies)\b"
    r"|\bjava ?script (?:is|has been|seems to be) (?:disabled|turned off|required|not enabled)\b"
    r"|\b(?:verify|verifying|confirm|prove|know) (?:that )?you(?:'re|’re| are) (?:a )?(?:human|not a (?:ro)?bot)\b"
    r"|\bchecking (?:your browser|if the site connection is secure)\b"
    r"|\breview the security of your connection\b|\bunusual (?:traffic|activity) from your\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.!?][\"”’)]*$")


def is_shell(body: str, markup: str) -> bool:
    """Whether what a page shows is for what its site takes for a machine, and no article.

    `body` is its text; `markup` may hold the request where scripts would have replaced it.
    """
    if len(body) > _LONGEST:
        return False
    lines = [line for line in body.split("\n") if not _ASKS.search(line)]
    prose = sum(len(line) for line in lines if len(line) >= _PROSE and _SENTENCE.search(line))
    if prose >= _NEXT_TO_NOTHING:
        return False
    is_menu = not any(_SENTENCE.search(line) for line in lines)
    return _ASKS.search(body) is not None or (is_menu and _ASKS.search(markup) is not None)
