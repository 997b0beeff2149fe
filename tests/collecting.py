"""What tests of jobs and feeds do with an engine."""

from pathlib import Path
from typing import Any

from api.engine import Engine
from corpus.jobs import Job, NewItem


def settings_for(data: Path) -> dict[str, Any]:
    return {"data": data, "sample": False, "fetch_allow": "127.0.0.1", "fetch_interval": 0}


def done(engine: Engine, *urls: str) -> Job:
    job_id = engine.jobs.create("default", [NewItem(url) for url in urls])
    engine.collector.work(job_id)
    return engine.jobs.job(job_id)


def polled(engine: Engine) -> list[Job]:
    ids = engine.collector.poll(everything=True)
    for job_id in ids:
        engine.collector.work(job_id)
    return [engine.jobs.job(job_id) for job_id in ids]


def titles(engine: Engine) -> set[str]:
    return {article.title for _, article in engine.store.all_current("default")}
