"""The API on Ray Serve: `serve run api.ray_serve:app`. Ray is used here and in `retrieval.on_ray` only.

Each replica is a server process like that of `dateline serve`, with the settings of its environment. One replica can
own a data folder; several need PostgreSQL and a Chroma server. Ray's proxy decides who reaches it, so keys are always
asked for.
"""

from importlib import import_module
from typing import Any

from fastapi import FastAPI

from api.app import create_app
from api.engine import Engine
from api.settings import read_settings

_serve: Any = import_module("ray.serve")


def replica() -> FastAPI:
    """The application of one replica, made where it runs."""
    return create_app(Engine(read_settings()), is_public=True)


class Dateline:
    """Answers requests as `dateline serve` does."""


app = _serve.deployment(max_ongoing_requests=100)(_serve.ingress(replica)(Dateline)).bind()
