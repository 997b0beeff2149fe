"""Requests made from the description of the API by Schemathesis, valid ones and broken ones, against a running server.

Whatever comes is answered with a status, a type and a shape that the description names, and never with a fault of ours.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from api.engine import Engine
from api.settings import read_settings
from tests.running import Server, copied, serve
from tests.test_openapi import COMMITTED

EXAMPLES = 8  # of each operation and kind; by hand many more
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
SCHEMA = schemathesis.openapi.from_path(COMMITTED)
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> Iterator[Server]:
    """A server that may be changed, with a body limit and a store like any."""
    data = copied(sample, tmp_path_factory.mktemp("described") / "data")
    yield from serve(Engine(read_settings(data=data, poll_feeds=False)))


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_what_comes_back_is_what_is_described(own: Server, label: str) -> None:
    operation = OPERATIONS[label]
    for mode in schemathesis.GenerationMode:

        @hypothesis.given(operation.as_strategy(generation_mode=mode))
        @hypothesis.settings(
            max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        def sent(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(base_url=own.url, checks=CHECKS, timeout=60)

        try:
            sent()
        except hypothesis.errors.Unsatisfiable:
            assert mode is schemathesis.GenerationMode.NEGATIVE, "there is no such thing as a valid request"
