"""Train the reader: a small encoder that says where a text answers a question, and whether it does.

`python -m evals.train_reader EXAMPLES OUT [--minutes N]` takes the files of `evals.reader_examples`, starts from the
bundled all-MiniLM-L6-v2 weights and writes `OUT/reader.pt`, now and then on the way too, and
`OUT/reader.onnx`. Needs the `train` extra (torch, transformers, onnx). One pass over 45,000 examples takes about an
hour on four cores. Span heads as in Devlin et al., "BERT" (NAACL 2019); whether the text answers is a head of its own.
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import AutoModel, AutoTokenizer

from retrieval.quantise import quantise_exported

_BATCH, _LONGEST = 32, 192
_RATE, _HEAD_RATE, _WARM_UP = 1.0e-4, 1.0e-3, 0.05


class Reader(nn.Module):  # type: ignore[misc]
    """The encoder with three numbers: for each token whether the answer starts or ends there, for the text whether."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(
            folder,
            add_pooling_layer=False,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            attn_implementation="eager",  # steps that the export can put together
        )
        width = self.encoder.config.hidden_size
        self.span = nn.Linear(width, 2)
        self.whether = nn.Sequential(nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 1))

    def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> tuple[Any, Any, Any]:
        """Logits: start and end, shape (batch, tokens), and whether, shape (batch,)."""
        hidden = self.encoder(input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)[0]
        start, end = self.span(hidden).unbind(-1)
        return start, end, self.whether(hidden[:, 0]).squeeze(-1)


@dataclass(frozen=True, slots=True)
class Encoded:
    """An example in tokens; `start` and `end` are token places, -1 without an answer."""

    ids: list[int]
    types: list[int]
    start: int
    end: int


def encoded(rows: Sequence[dict[str, Any]], tokenizer: Any) -> list[Encoded]:
    """The examples in tokens, those left out whose answer was cut off."""
    made = []
    for at in range(0, len(rows), 1000):
        part = rows[at : at + 1000]
        tokens = tokenizer(
            [row["question"] for row in part], [row["text"] for row in part],
            truncation="only_second", max_length=_LONGEST, return_offsets_mapping=True,
        )  # fmt: skip
        for i, row in enumerate(part):
            ids, types, places = tokens["input_ids"][i], tokens["token_type_ids"][i], tokens["offset_mapping"][i]
            inside = [
                n for n, (s, e) in enumerate(places) if types[n] == 1 and s < row["end"] and row["start"] < e and e > s
            ] if row["start"] >= 0 else []  # fmt: skip
            if row["start"] < 0 or inside:
                made.append(Encoded(ids, types, inside[0] if inside else -1, inside[-1] if inside else -1))
    return made


def batches(examples: list[Encoded], chance: random.Random) -> Iterator[list[Encoded]]:
    """Batches of like length, in any order."""
    order = sorted(examples, key=lambda one: len(one.ids) + chance.random() * 16)
    parts = [order[at : at + _BATCH] for at in range(0, len(order), _BATCH)]
    chance.shuffle(parts)
    yield from parts


def padded(batch: Sequence[Encoded]) -> tuple[Any, Any, Any]:
    """Token ids, mask and types of a batch, each of shape (batch, tokens)."""
    longest = max(len(one.ids) for one in batch)
    ids, mask, types = (torch.zeros(len(batch), longest, dtype=torch.long) for _ in range(3))
    for row, one in enumerate(batch):
        ids[row, : len(one.ids)] = torch.tensor(one.ids)
        mask[row, : len(one.ids)] = 1
        types[row, : len(one.types)] = torch.tensor(one.types)
    return ids, mask, types


def loss_of(model: Reader, batch: Sequence[Encoded]) -> Any:
    """Cross-entropy of the places where there is an answer, and of whether there is one."""
    ids, mask, types = padded(batch)
    start, end, whether = model(ids, mask, types)
    outside = types == 0
    start, end = start.masked_fill(outside, -1e4), end.masked_fill(outside, -1e4)
    answered = torch.tensor([one.start >= 0 for one in batch])
    loss = nn.functional.binary_cross_entropy_with_logits(whether, answered.float())
    if answered.any():
        rows = answered.nonzero().squeeze(-1)
        starts = torch.tensor([batch[i].start for i in rows.tolist()])
        ends = torch.tensor([batch[i].end for i in rows.tolist()])
        cross = nn.functional.cross_entropy
        loss = loss + (cross(start[rows], starts) + cross(end[rows], ends)) / 2
    return loss


def main() -> None:
    """Train, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("examples", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", required=True, help="folder with the weights to start from")
    parser.add_argument("--minutes", type=float, default=90.0, help="end the pass so that it takes about this long")
    parser.add_argument("--from", dest="before", type=Path, help="go on from these weights")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    chance = random.Random(11)
    torch.manual_seed(11)
    torch.set_flush_denormal(True)
    tokenizer: Any = AutoTokenizer.from_pretrained(options.model)
    rows = [json.loads(line) for line in (options.examples / "train.jsonl").read_text().splitlines()]
    model = Reader(options.model)
    if options.before:
        model.load_state_dict(torch.load(options.before))
    parts = list(batches(encoded(rows, tokenizer), chance))
    heads = [*model.span.parameters(), *model.whether.parameters()]
    optimizer = torch.optim.AdamW(
        [{"params": list(model.encoder.parameters()), "lr": _RATE}, {"params": heads, "lr": _HEAD_RATE}],
        weight_decay=0.01,
        fused=True,
    )
    rates = [group["lr"] for group in optimizer.param_groups]
    began, losses, tokens, done_tokens = time.monotonic(), [], sum(len(b[0].ids) * len(b) for b in parts), 0
    for number, batch in enumerate(parts):
        spent = (time.monotonic() - began) / 60 / options.minutes
        done = max(done_tokens / tokens, spent)
        if done >= 1:
            break
        scale = min(1.0, done / _WARM_UP + 0.01) * (1 - done)
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * scale
        loss = loss_of(model, batch)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(float(loss.detach()))
        done_tokens += len(batch[0].ids) * len(batch)
        if number % 20 == 0:
            recent = sum(losses[-100:]) / len(losses[-100:])
            print(f"{number}/{len(parts)}: loss {recent:.3f}, {time.monotonic() - began:.0f} s, {done:.3f}", flush=True)
        if number % 200 == 199:
            torch.save(model.state_dict(), options.out / "reader.pt")
    torch.save(model.state_dict(), options.out / "reader.pt")
    export(model, options.out / "reader.onnx")


def export(model: Reader, file: Path) -> None:
    """Write the model for onnxruntime, weights in int8 as of the embedder, for texts of any length, one at a time."""
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole.onnx"
        _write(model, whole)
        quantise_exported(whole, file)


def _write(model: Reader, file: Path) -> None:
    model.eval()
    ids = torch.ones(2, 8, dtype=torch.long)
    names = ["input_ids", "attention_mask", "token_type_ids"]
    results = ["start", "end", "whether"]
    axes = {name: {0: "batch", 1: "tokens"} for name in [*names, "start", "end"]} | {"whether": {0: "batch"}}
    torch.onnx.export(
        model, (ids, ids, ids), str(file), input_names=names, output_names=results, dynamic_axes=axes,
        opset_version=17, dynamo=False,
    )  # fmt: skip


if __name__ == "__main__":
    main()
