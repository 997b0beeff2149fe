"""Entity tags: who has a thing already is told so instead of being sent it again."""

import hashlib

from fastapi import Request, Response
from pydantic import BaseModel


def tagged(body: BaseModel, request: Request) -> Response:
    """`body` with an ETag of its content, or 304 when `If-None-Match` has it."""
    content = body.model_dump_json().encode()
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    # A copy may be kept, and must be asked after: articles are revised.
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if _has(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)


def _has(known: str, tag: str) -> bool:
    tags = [one.strip().removeprefix("W/") for one in known.split(",")]
    return tag in tags or tags == ["*"]
