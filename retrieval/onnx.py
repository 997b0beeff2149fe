"""Run small encoders on onnxruntime, many texts at a time. onnxruntime and tokenizers are used here only."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from retrieval.courtesy import no_pause, step_back

T = TypeVar("T")

# Tokens of a text that one thread runs as soon as several do. Those others would go on spinning for a while, and take
# the cores from the rest of the search and from everybody else.
_SHORT = 64
# Adding and normalising in one step takes onnxruntime 1.32 four times as long on a CPU as one after the other.
_SLOWER = ["SkipLayerNormFusion"]


@dataclass(frozen=True, slots=True)
class Pass:
    """What the model made of one text or pair: its outputs in the file's order, without the batch axis.

    `places` are the characters that each token stands for; `parts` says of each token whether it is of the first text
    (0) or the second (1); `words` whether it is of a text at all, and not put in between.
    """

    outputs: list[NDArray[np.float32]]
    places: list[tuple[int, int]]
    parts: list[int]
    words: list[bool]


class OnnxModel:
    """A model in an ONNX file with its tokenizer. Thread-safe.

    Each text is a forward pass of its own: alone on all threads, among others on one, `threads` of them at a time. On
    news chunks that is twice as many a second as batches of 8 on as many threads (docs/benchmarks.md), and a text has
    the same result whatever it is run with: int8 activations are scaled over a whole batch.
    """

    def __init__(self, onnx_file: Path, tokenizer_file: Path, max_tokens: int, threads: int) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(tokenizer_file))
        self._tokenizer.no_padding()  # a tokenizer's file may ask for some
        self._tokenizer.enable_truncation(max_tokens)
        self._narrow = _session(onnx_file, 1)
        self._wide = _session(onnx_file, threads) if threads > 1 else self._narrow
        self._inputs = {node.name for node in self._narrow.get_inputs()}
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, "encoder")
        self._background = ThreadPoolExecutor(threads, "background", initializer=step_back)
        self._running = 0
        self._counting = threading.Lock()

    def run(
        self,
        texts: Sequence[str] | Sequence[tuple[str, str]],
        then: Callable[[Pass], T],
        between: Callable[[], None] = no_pause,
    ) -> list[T]:
        """What `then` makes of each text or pair of texts, in order. Of a pair that is too long, the longer is cut.

        `between` is called before each, and may block to let something more urgent go first; what has to make way so
        runs on threads that the system, too, puts behind others.
        """
        if len(texts) == 1:
            return [then(self._forward(texts[0], may_be_wide=True))]
        # One more than there are threads at a time, so that no thread idles, yet another call waits for few only.
        room = threading.Semaphore(self._threads + 1)
        pool = self._pool if between is no_pause else self._background
        done: list[Future[T]] = []
        for text in texts:
            room.acquire()
            between()
            done.append(pool.submit(lambda one: then(self._forward(one, may_be_wide=pool is self._pool)), text))
            done[-1].add_done_callback(lambda _: room.release())
        return [one.result() for one in done]

    def _forward(self, text: str | tuple[str, str], may_be_wide: bool) -> Pass:
        tokens = self._tokenizer.encode(*([text] if isinstance(text, str) else text))
        ids = np.array([tokens.ids], dtype=np.int64)
        parts = np.array([tokens.type_ids], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": parts}
        with self._counted() as is_alone:
            session = self._wide if may_be_wide and is_alone and len(tokens.ids) > _SHORT else self._narrow
            outputs = session.run(None, {name: feed[name] for name in self._inputs})
        words = [not special for special in tokens.special_tokens_mask]
        return Pass([output[0] for output in outputs], tokens.offsets, tokens.type_ids, words)

    @contextmanager
    def _counted(self) -> Iterator[bool]:
        """Whether nothing else is being run: only then may one text have all threads."""
        with self._counting:
            self._running += 1
            is_alone = self._running == 1
        try:
            yield is_alone
        finally:
            with self._counting:
                self._running -= 1


def _session(onnx_file: Path, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        str(onnx_file), options, providers=["CPUExecutionProvider"], disabled_optimizers=_SLOWER
    )
