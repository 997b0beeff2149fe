"""Every setting, read once at the door: from the environment, from `.env`, or from a flag of the same name."""

import os
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from answering.answer import Policy
from answering.model import ModelFormat
from api.ledger_keep import Keep
from corpus.errors import InvalidSettings
from retrieval.chroma_address import ChromaAddress

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.\[\]:*-]+")


class Settings(BaseSettings):
    """Dateline's settings. Each is read from `DATELINE_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="DATELINE_", env_file=".env", extra="ignore", frozen=True)

    data: Path = Field(Path("data"), description="Folder of the store, the index and the files made from the model.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    url: str = Field("", description="A running server that commands go to; empty: what holds the data folder.")
    api_key: SecretStr = Field(SecretStr(""), description="The key that commands send to that server.")
    keys: Literal["auto", "required"] = Field("auto", description="auto: keys are asked for beyond this machine only.")
    rate_limit: int = Field(0, ge=0, description="Requests a minute of each key, or without keys of each address.")
    allowed_hosts: str = Field("", description="Names under which it is reached besides loopback; * for any.")
    cors_origins: str = Field("", description="Sites whose pages may use the API from a browser, by spaces; * for any.")
    proxies: str = Field("", description="Addresses and networks of proxies whose X-Forwarded-For is believed.")
    public_url: str = Field("", description="Address under which readers reach this server; made from host and port.")
    max_questions: int = Field(1_000, ge=1, description="Questions in hand at a time; more are told to come again.")
    frame_ancestors: str = Field("", description="Pages that may show an article in a frame: their origins, by spaces.")
    models: Path | None = Field(None, description="Folder of the files made from the model; empty: in the data folder.")
    sample: bool = Field(True, description="Whether the bundled articles are ingested on the first start.")
    embedder: str = Field("all-MiniLM-L6-v2", description="The bundled model, or a sentence-transformers name or path.")
    embedder_base_url: str = Field("", description="An OpenAI-compatible server that embeds; embedder names its model.")
    embedder_api_key: SecretStr = Field(SecretStr(""), description="Its key.")
    embedder_timeout: float = Field(
        30.0, gt=0, description="Seconds that one request to it may take, retries included."
    )
    embedder_dimensions: int = Field(0, ge=0, description="The length of vectors asked for; 0: that of the model.")
    embedder_question_prefix: str = Field("", description="Put before questions that are sent to it.")
    embedder_passage_prefix: str = Field("", description="Put before passages that are sent to it.")
    reranker: str = Field("", description="A sentence-transformers CrossEncoder, by name or path; empty: no reranking.")
    threads: int = Field(max(1, min(4, os.cpu_count() or 1)), ge=1, description="Threads of the embedding model.")
    model: str = Field("", description="A LangChain chat model, such as openai:NAME or ollama:NAME; empty: extractive.")
    model_base_url: str = Field("", description="Address of an OpenAI-compatible server for the chat model.")
    model_api_key: SecretStr = Field(SecretStr(""), description="Its key; else the provider's own variable is used.")
    model_timeout: float = Field(30.0, gt=0, description="Seconds that one reply of the chat model may take in all.")
    model_max_tokens: int = Field(700, ge=16, description="The longest reply asked of the chat model.")
    model_format: ModelFormat = Field(
        ModelFormat.AUTO, description="How the chat model answers: auto, text, or structured (held to a schema)."
    )
    judge: str = Field("", description="An NLI CrossEncoder, by name or path, that judges statements too; empty: none.")
    policy: Policy = Field(Policy.STRICT, description="What happens to unsupported statements: strict, mark or off.")
    fetch_allow: str = Field("", description="Hosts, addresses and networks of an intranet that may be fetched from.")
    fetch_contact: str = Field("", description="How sites reach you about fetching: an address or a page.")
    fetch_interval: float = Field(1.0, ge=0, description="Least seconds between two requests to one host.")
    fetch_timeout: float = Field(10.0, gt=0, description="Seconds that fetching one address may take in all.")
    feed_minutes: float = Field(15.0, gt=0, description="Minutes between two polls of a feed.")
    poll_feeds: bool = Field(True, description="Whether the server polls the feeds that are subscribed to.")
    chroma_url: str = Field("", description="A Chroma server; empty: embedded in the data folder.")
    chroma_key: SecretStr = Field(
        SecretStr(""), description="API key of Chroma Cloud; empty: the server asks for none."
    )
    chroma_tenant: str = Field("", description="Tenant on the Chroma server; empty: the key's, or the default one.")
    chroma_database: str = Field("", description="Database on the Chroma server; empty: the key's, or the default one.")
    database_url: SecretStr = Field(
        SecretStr(""), description="A PostgreSQL database, for several processes; empty: SQLite in the data folder."
    )
    workers: int = Field(1, ge=1, description="Server processes; more than one needs a Chroma server and PostgreSQL.")
    ledger: Keep = Field(Keep.FULL, description="What is kept of answers: full, hashed, anonymous or off.")
    ledger_days: float = Field(30.0, ge=0, description="Days that answers are kept; 0: without end.")
    ledger_answers: int = Field(100_000, ge=0, description="The most answers that are kept; 0: any number.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="How much is logged.")
    log_format: Literal["text", "json"] = Field("text", description="Lines for people, or a JSON object a line.")
    log_questions: bool = Field(False, description="Whether the log has the words of questions.")

    @property
    def store(self) -> Path | str:
        """Where the article store is: a SQLite file, or the URL of a PostgreSQL database."""
        return self.database_url.get_secret_value() or self.data / "dateline.sqlite"

    @property
    def chroma_server(self) -> ChromaAddress | None:
        """The Chroma server that holds the vectors; None when the index is embedded."""
        key = self.chroma_key.get_secret_value()
        address = ChromaAddress(self.chroma_url, key, self.chroma_tenant, self.chroma_database)
        return address if address.url else None

    @property
    def made_files(self) -> Path:
        """Where the files made from the bundled model are, or will be."""
        return self.models or self.data / "models"

    @field_validator("data", "models")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return value and value.expanduser().resolve()

    @field_validator("models", mode="before")
    @classmethod
    def _unset(cls, value: Any) -> Any:
        return value or None

    @field_validator("embedder_base_url")
    @classmethod
    def _server(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("it must be an address such as http://127.0.0.1:8080/v1")
        if "@" in parts.netloc:
            raise ValueError("a password in it would be logged; give the key in DATELINE_EMBEDDER_API_KEY")
        return value

    @field_validator("proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        for name in filter(None, map(str.strip, value.split(","))):
            try:
                ip_network(name, strict=False)
            except ValueError:
                raise ValueError(f"{name!r} is not an address or network such as 10.0.0.5 or 10.0.0.0/8") from None
        return value

    @field_validator("frame_ancestors", "cors_origins")
    @classmethod
    def _origins(cls, value: str, about: ValidationInfo) -> str:
        for origin in value.split():
            if not _ORIGIN.fullmatch(origin) and (about.field_name, origin) != ("cors_origins", "*"):
                raise ValueError(f"{origin!r} is not an origin such as http://localhost:3000")
        return " ".join(value.split())


def read_settings(**flags: Any) -> Settings:
    """The settings, with flags that are not None above the environment. Raises `InvalidSettings` in one sentence."""
    try:
        settings = Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        raise InvalidSettings(f"The setting DATELINE_{name} is not valid: {first['msg']}.") from None
    if settings.embedder_base_url and "embedder" not in settings.model_fields_set:
        raise InvalidSettings(
            "DATELINE_EMBEDDER_BASE_URL names an embedding server: say by DATELINE_EMBEDDER which of its models embeds."
        )
    shares = bool(settings.database_url.get_secret_value())
    if shares and not settings.chroma_url:
        raise InvalidSettings(
            "A PostgreSQL database (DATELINE_DATABASE_URL) is for several processes, which need one Chroma server: set "
            "DATELINE_CHROMA_URL too."
        )
    if settings.workers > 1 and not shares:
        raise InvalidSettings(
            "Several workers cannot share one data folder: that needs a Chroma server (DATELINE_CHROMA_URL) and "
            "PostgreSQL (DATELINE_DATABASE_URL). Set both, or leave DATELINE_WORKERS at 1."
        )
    return settings


def traces_wanted() -> bool:
    """Whether OpenTelemetry's own variables ask for traces. Raises `InvalidSettings` for a way that is not spoken."""
    names = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
    is_off = (
        os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or os.environ.get("OTEL_TRACES_EXPORTER") == "none"
    )
    if is_off or not any(os.environ.get(name) for name in names):
        return False
    protocol = os.environ.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL")
    if protocol not in (None, "", "http/protobuf"):
        raise InvalidSettings(
            f"Traces are sent by http/protobuf, not {protocol!r}: leave OTEL_EXPORTER_OTLP_PROTOCOL out."
        )
    return True
