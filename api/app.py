"""The HTTP application around one engine."""

import threading
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi_offline import FastAPIOffline
from starlette.middleware.cors import CORSMiddleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api import collect_routes, eval_routes, export_routes, history_routes, ledger_routes, routes
from api.access import Access
from api.admission import Admission
from api.dependencies import base_url, reach_of
from api.engine import Engine
from api.head import HeadAsGet
from api.headers import ResponseHeaders
from api.incoming import BodyLimits
from api.local import Answering, LocalDateline
from api.mcp import mcp_routes, mcp_server
from api.metrics import Counted
from api.names import Names, host_names, origin_of
from api.openai import routes as openai_routes
from api.openai.kept_responses import KeptResponses
from api.pages import routes as pages
from api.problems import add_problem_handlers
from api.replays import Replays
from api.request_log import Logged
from api.version import VERSION

# A push of a thousand long articles fits; anything larger is better sent in parts.
MOST_BODY_BYTES = 64 << 20
_BODY_SECONDS = 60.0
_CORS_ASKED = ["Authorization", "Content-Type", "X-API-Key", "X-Request-Id", "Idempotency-Key", "MCP-Protocol-Version"]
_CORS_TOLD = ["X-Request-Id", "RateLimit", "RateLimit-Policy", "Retry-After", "ETag", "Link", "Location"]
_DESCRIPTION = (
    "Ask questions about stored news articles. Every sentence of an answer is proved by an exact span of a stored "
    "revision: `body[start:end] == quote`. Offsets are half-open, in Unicode code points."
)


def create_app(
    engine: Engine, *, is_public: bool = False, evaluations: eval_routes.Evaluations | None = None
) -> FastAPI:
    """The application; it starts the engine's background work and closes the engine when it stops.

    Keys are asked for when it `is_public`, which means that others than this machine reach it, or by the setting.
    `evaluations` None: what is installed, made when it is first asked for.
    """

    def way(request: Request | None) -> AbstractAsyncContextManager[Answering]:
        return nullcontext(LocalDateline(engine, base_url(request) if request else None, reach_of(request)))

    tools = mcp_server(way)
    settings = engine.settings

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        engine.start(to_serve=True)
        engine.collector.start(poll=settings.poll_feeds)
        try:
            async with tools.session_manager.run():
                yield
        finally:
            if app.state.evaluations is not None:
                await run_in_threadpool(app.state.evaluations.close)
            await run_in_threadpool(engine.close)

    provider = engine.traces.provider if engine.traces else None
    app = FastAPIOffline(
        telemetry={
            "tracer_provider": provider,
            "tracing": provider is not None,
            "operation_spans": False,
            "metrics": False,
            "logs": False,
            "auto_configure": False,
        },
        docs_url="/docs",
        redoc_url=None,
        static_url="/docs-files",
        title="Dateline",
        version=VERSION,
        description=_DESCRIPTION,
        lifespan=lifespan,
        max_body_size=None,  # its own refusal is no problem document; `api.incoming` refuses instead
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    app.state.engine = engine
    app.state.kept_responses = KeptResponses()
    app.state.replays = Replays()
    app.state.evaluations, app.state.evaluations_lock = evaluations, threading.Lock()
    add_problem_handlers(app)
    app.include_router(history_routes.router)
    app.include_router(collect_routes.router)
    app.include_router(routes.router)
    app.include_router(ledger_routes.router)
    app.include_router(openai_routes.router)
    app.include_router(export_routes.router)
    app.include_router(eval_routes.router)
    app.include_router(pages.router)
    app.router.routes.extend(mcp_routes(tools))
    app.mount("/web", pages.Files(directory=pages.WEB), name="web")

    _guard(app, engine, asks_keys=is_public or settings.keys == "required")
    return app


def _guard(app: FastAPI, engine: Engine, *, asks_keys: bool) -> None:
    """Put around the routes what looks at requests before them; what is added last looks first."""
    settings = engine.settings
    origins = settings.cors_origins.split()
    app.add_middleware(HeadAsGet)
    app.add_middleware(Admission, most=settings.max_questions)
    app.add_middleware(BodyLimits, most_bytes=MOST_BODY_BYTES, seconds=_BODY_SECONDS)
    app.add_middleware(Access, keys=engine.keys if asks_keys else None, per_minute=settings.rate_limit)
    if origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=origins, allow_methods=["GET", "HEAD", "POST", "DELETE"],
            allow_headers=_CORS_ASKED, expose_headers=_CORS_TOLD,
        )  # fmt: skip
    app.add_middleware(
        Names,
        hosts=host_names(settings.allowed_hosts, settings.public_url, asks_keys=asks_keys),
        origins=[*origins, *([origin_of(settings.public_url)] if settings.public_url else [])],
    )
    if settings.proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.proxies)
    app.add_middleware(Counted, metrics=engine.metrics)
    app.add_middleware(Logged)
    # The framework puts parts of its own around ours, and what they answer carries our headers too.
    built = app.build_middleware_stack
    app.build_middleware_stack = lambda: ResponseHeaders(built())  # type: ignore[method-assign]
