"""Numbers of things, in words for people."""


def counted(number: int, noun: str) -> str:
    """Such as "1 passage", "2 passages": `noun` takes an s."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
