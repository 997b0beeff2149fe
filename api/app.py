"""The HTTP application around one engine."""

import threading
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi_offline import FastAPIOffline
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import collect_routes, eval_routes, export_routes, history_routes, ledger_routes, routes
from api.access import Access
from api.admission import Admission
from api.engine import Engine
from api.local import Answering, LocalDateline
from api.mcp import mcp_routes, mcp_server
from api.metrics import Counted
from api.openai import routes as openai_routes
from api.openai.kept_responses import KeptResponses
from api.pages import routes as pages
from api.problems import add_problem_handlers, request_id
from api.replays import Replays
from api.request_log import Logged
from api.requests import base_url
from api.version import VERSION

# A push of a thousand long articles fits; anything larger is better sent in parts.
MOST_BODY_BYTES = 64 << 20
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
        return nullcontext(LocalDateline(engine, base_url(request) if request else None))

    tools = mcp_server(way)
    settings = engine.settings

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        engine.start(expect_articles=True)
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
        max_body_size=MOST_BODY_BYTES,
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
    app.router.routes.extend(mcp_routes(tools, settings.mcp_hosts, settings.public_url))
    app.mount("/web", pages.Files(directory=pages.WEB), name="web")

    app.add_middleware(Admission, most=engine.settings.max_questions)
    asks_keys = is_public or settings.keys == "required"
    app.add_middleware(Access, keys=engine.keys if asks_keys else None, per_minute=settings.rate_limit)
    app.add_middleware(_ResponseHeaders)
    app.add_middleware(Counted, metrics=engine.metrics)
    app.add_middleware(Logged)
    return app


class _ResponseHeaders:
    """Adds the headers that every response carries. Plain ASGI, so that streams are passed on untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        known_as = request_id(Request(scope))

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = known_as
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
            await send(message)

        await self._app(scope, receive, with_headers)
