"""Read, prepare and embed on the machines of a Ray cluster. Ray is used here and in `api.ray_serve` only.

Only work that needs no store is spread: what a machine does can be done again by another when it dies, and one process
writes the store. Every machine needs the same Dateline, and the files under the same paths.
"""

import functools
import logging
import os
import pickle
import socket
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from corpus.errors import ClusterUnavailable
from retrieval.courtesy import no_pause
from retrieval.embedder import Embedder, LazyEmbedder, Vectors, load_embedder

Item = TypeVar("Item")
Part = TypeVar("Part")
Done = TypeVar("Done")

# Shares of a core that reading and preparing ask for. They differ, so that Ray runs them as two steps: a single large
# file is read by one machine and prepared by all.
_READING, _PREPARING = 0.25, 1.0
_BLOCK_BYTES = 1 << 20  # a batch of articles is handed on at once, not when 128 MB of them have come together
_TEXTS = 32  # embedded by one task: a second of work for a core
_TASKS_AHEAD = 4  # for each core, so that none waits while the store is written
_LONGEST_CALL = 10.0  # seconds
_TAKE_HEED = 0.5  # seconds between two looks at whether something else is more urgent


class RayCluster:
    """A Ray cluster that this process is connected to, until closed.

    `address` is as for `ray.init`: `auto`, `HOST:PORT`, `ray://HOST:PORT`, or `local` for the cores of this machine.
    Raises `ClusterUnavailable` when Ray is not installed or no cluster answers there.
    """

    def __init__(self, address: str, **options: Any) -> None:
        # Ray reports its use to its makers unless it is told not to.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            ray: Any = import_module("ray")
        except ImportError:
            raise ClusterUnavailable(
                "Ray is not installed here: install Dateline with its extra `ray`, or leave --ray out."
            ) from None
        _check_reachable(address)
        try:
            if address == "local":
                options = {"include_dashboard": False} | options  # ten processes that nobody looks at
            ray.init(address=address, log_to_driver=False, logging_level="ERROR", **options)
        except Exception as error:  # Ray raises plain ones too
            first = str(error).strip().splitlines()[:1]
            raise ClusterUnavailable(
                f"No Ray cluster can be used at {address!r}: {first[0] if first else error}"
            ) from None
        self._ray = ray

    @property
    def cores(self) -> int:
        """How many tasks run at a time."""
        return max(1, int(self._ray.cluster_resources().get("CPU", 1)))

    def each(
        self, items: Sequence[Item], read: Callable[[Item], Iterable[Part]], refine: Callable[[Part], Done]
    ) -> Iterator[Done]:
        """`refine(part)` of every part that `read(item)` gives, in the order of the items, over Ray Data.

        Both functions are called by name in other processes and must do the same each time: what a lost machine did is
        done again. What they raise is raised here.
        """
        data: Any = import_module("ray.data")
        context = data.DataContext.get_current()
        context.execution_options.preserve_order = True  # so that the store is the same as from one process
        context.target_max_block_size = _BLOCK_BYTES
        context.enable_progress_bars = False
        context.print_on_execution_start = False
        logging.getLogger("ray.data").setLevel(logging.ERROR)  # the command shows how far it is
        rows = [{"packed": pickle.dumps(item)} for item in items]
        steps = data.from_items(rows, override_num_blocks=min(len(rows), 8 * self.cores))
        steps = steps.map_batches(functools.partial(_parts, read), batch_size=1, num_cpus=_READING)
        steps = steps.map_batches(functools.partial(_refined, refine), batch_size=1, num_cpus=_PREPARING)
        for row in steps.iter_rows():
            yield pickle.loads(row["packed"])

    def close(self) -> None:
        """Leave the cluster; one that `local` started ends."""
        self._ray.shutdown()


class RayEmbedder(LazyEmbedder):
    """The embedder called `name`: questions are embedded here, passages by the cluster, to the same vectors.

    The int8 file of the bundled model is made here once and sent to the machines; another model is loaded there by its
    name or path. A task whose machine dies is run again by another, as often as it takes.
    """

    def __init__(self, cluster: RayCluster, name: str, made_files: Path, threads: int) -> None:
        super().__init__(name, made_files, threads)
        self.at_once = max(self.at_once, cluster.cores * _TASKS_AHEAD * _TEXTS)
        self._ray = cluster._ray
        self._embed: Any = None

    def embed_passages(self, passages: Sequence[str], between: Callable[[], None] = no_pause) -> Vectors:
        """As every embedder does. Raises `ClusterUnavailable` when the cluster is gone."""
        ray = self._ray
        try:
            if self._embed is None:
                self.load()  # makes the int8 file
                files = ray.put({file.name: file.read_bytes() for file in self._made_files.glob("*.onnx")})
                task = ray.remote(num_cpus=1, max_retries=-1, scheduling_strategy="SPREAD")(_vectors)
                self._embed = functools.partial(task.remote, self.name, [files])  # in a list: fetched where it is new
            waiting = tasks = [self._embed(list(passages[at : at + _TEXTS])) for at in range(0, len(passages), _TEXTS)]
            while waiting:
                between()
                _, waiting = ray.wait(waiting, num_returns=len(waiting), timeout=_TAKE_HEED)
            return np.concatenate(ray.get(tasks))
        except ray.exceptions.RayTaskError as error:
            raise error.cause if isinstance(error.cause, Exception) else error from None
        except ray.exceptions.RayError as error:
            raise ClusterUnavailable(f"The Ray cluster cannot embed ({type(error).__name__}).") from error


def _check_reachable(address: str) -> None:
    """Ray itself tries for minutes. Nothing is checked of an address that names no port."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not port.isdecimal():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_LONGEST_CALL).close()
    except (OSError, OverflowError) as error:
        raise ClusterUnavailable(f"No Ray cluster can be used at {address!r}: {error}.") from None


def _parts(read: Callable[[Any], Iterable[Any]], batch: dict[str, Any]) -> Iterator[dict[str, list[bytes]]]:
    for packed in batch["packed"]:
        for part in read(pickle.loads(packed)):
            yield {"packed": [pickle.dumps(part)]}


def _refined(refine: Callable[[Any], Any], batch: dict[str, Any]) -> dict[str, list[bytes]]:
    return {"packed": [pickle.dumps(refine(pickle.loads(packed))) for packed in batch["packed"]]}


_LOADED: dict[str, Embedder] = {}  # in a process of the cluster, kept for its next task


def _vectors(name: str, files: list[Any], texts: list[str]) -> Vectors:
    """Runs on a machine of the cluster; `files` refers to the bytes of the files made from the bundled model."""
    if name not in _LOADED:
        ray: Any = import_module("ray")
        with tempfile.TemporaryDirectory() as folder:
            for file, data in ray.get(files[0]).items():
                Path(folder, file).write_bytes(data)
            _LOADED[name] = load_embedder(name, Path(folder), threads=1)
    return _LOADED[name].embed_passages(texts)
