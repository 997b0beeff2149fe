"""The wire: what the service says of itself, and of what went wrong."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from api.answer_schemas import Dates


class Health(BaseModel):
    """The process is alive."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """What works now. Questions are answered in every state of the index and of the embedder."""

    status: Literal["ready", "starting"]
    index: Literal["starting", "rebuilding", "ready", "unavailable"]
    model: str
    embedder: str
    embedder_state: Literal["starting", "ready", "unavailable"] = Field(
        description="unavailable: its server failed lately; questions are answered by keyword while it is away."
    )
    articles: int
    pending_vectors: int = Field(description="Passages of all collections that are found by keyword only as yet.")
    pending_keywords: int = Field(description="Passages that the keyword index has still to take in or drop.")
    dates: Dates
    index_version: str


class Problem(BaseModel):
    """RFC 9457 problem details, with the `error` member that OpenAI's client libraries read."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[dict[str, str]] = Field(default_factory=list)
    error: dict[str, Any]
