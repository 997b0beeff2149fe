"""`GET /v1/export`: everything stored, as a stream of lines."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from api.dependencies import engine_of, reach_of
from api.problems import problem_responses
from corpus.accept import check_collection
from corpus.errors import NotAllowed

router = APIRouter()


@router.get(
    "/v1/export",
    operation_id="export",
    summary="Export everything",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"application/x-ndjson": {}}, "description": "One revision a line, then an end line."},
        **problem_responses(403, 422),
    },
)
def export(
    request: Request,
    collection: Annotated[str | None, Query(max_length=63, description="Only this one; default: all.")] = None,
) -> StreamingResponse:
    """Every revision with its history, as `dateline export` writes it. Without the end line it was broken off."""
    reach = reach_of(request)
    if collection is not None:
        reach.check(check_collection(collection))
    elif reach.collections:
        raise NotAllowed(f"Name a collection: the key reaches {', '.join(reach.collections)} only.")
    exporter = engine_of(request).exporter

    def lines() -> Iterator[str]:
        for part in exporter.parts(collection):
            yield part.text

    return StreamingResponse(lines(), media_type="application/x-ndjson", headers={"Cache-Control": "no-store"})
