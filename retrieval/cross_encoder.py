"""A cross-encoder, which reads two texts together, loaded when first used. None is bundled.

sentence-transformers is used here and in `retrieval.embedder`, and nowhere else.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from corpus.errors import DatelineError

T = TypeVar("T")


class LazyCrossEncoder(Generic[T]):
    """Any sentence-transformers CrossEncoder, by name or path. Thread-safe. Remote code is never run.

    `fit` reads off a loaded model what its user needs to know of it, and raises when the model is of another kind.
    What goes wrong is raised as `error`, in words that begin with `what` it is; `advice` says how to mend the setting.
    """

    def __init__(
        self, name: str, threads: int, fit: Callable[[Any], T], error: type[DatelineError], what: str, advice: str
    ) -> None:
        self._name = name
        self._threads = threads
        self._fit = fit
        self._error = error
        self._what = what
        self._advice = advice
        self._lock = threading.Lock()
        self._loaded: tuple[Any, T] | None = None
        self._failure: DatelineError | None = None

    def load(self) -> T:
        """Load the model; gives what `fit` read. Raises `error`, and the same again at once when it failed before."""
        return self._ready()[1]

    def predict(self, pairs: Sequence[tuple[str, str]], **how: Any) -> Any:
        """What the model makes of each pair. Raises `error`."""
        model, _ = self._ready()
        try:
            with self._lock:
                return model.predict(list(pairs), show_progress_bar=False, **how)
        except Exception as error:
            raise self._error(f"{self._what} {self._name!r} failed ({type(error).__name__}).") from error

    def _ready(self) -> tuple[Any, T]:
        with self._lock:
            if self._failure:
                raise self._failure
            if self._loaded is None:
                try:
                    model = self._made()
                    self._loaded = model, self._fit(model)
                except Exception as error:
                    self._failure = self._error(
                        f"{self._what} {self._name!r} cannot be loaded ({type(error).__name__}). {self._advice}"
                    )
                    raise self._failure from error
            return self._loaded

    def _made(self) -> Any:
        import torch
        from sentence_transformers import CrossEncoder

        torch.set_num_threads(self._threads)
        return CrossEncoder(self._name, trust_remote_code=False, model_kwargs={"use_safetensors": True})
