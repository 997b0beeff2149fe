"""A worker of `dateline serve --workers`: it closes what it has open before it ends."""

import os
import signal
import socket
from multiprocessing import get_context
from pathlib import Path

import httpx
import pytest

from api.settings import read_settings
from api.workers import _work


@pytest.mark.parametrize(("which", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_worker_that_is_told_to_end_closes_all_first(data_folder: Path, which: signal.Signals, code: int) -> None:
    settings = read_settings(data=data_folder, sample=False, log_level="error")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        worker = get_context("spawn").Process(target=_work, args=(settings, listener))
        worker.start()
        with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", trust_env=False) as http:
            assert http.get("/healthz", timeout=60).status_code == 200
        os.kill(worker.pid or 0, which)
        worker.join(60)
    # Not killed by the signal (-15), which the server passes on when it has ended: then nothing would be closed.
    assert worker.exitcode == code
