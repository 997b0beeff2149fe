"""Make the int8 ONNX form of the bundled embedding model: `python -m retrieval.quantise WEIGHTS OUT`."""

import os
import sys
import tempfile
from pathlib import Path

# Of the bundled model, all-MiniLM-L6-v2 (its config.json), and of the reader that was trained from it.
_HEADS, _WIDTH = 12, 384
_FLOAT = 1  # onnx.TensorProto.FLOAT
_MASK = 3  # which input of onnxruntime's Attention it is


def quantise(weights: Path, out: Path) -> None:
    """Export the model in `weights` to ONNX and put its int8 form at `out`."""
    from sentence_transformers import SentenceTransformer

    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        model = SentenceTransformer(str(weights), backend="onnx", model_kwargs={"provider": "CPUExecutionProvider"})
        model.save_pretrained(scratch)
        quantise_exported(next(Path(scratch).rglob("*.onnx")), out)


def quantise_exported(exported: Path, out: Path) -> None:
    """Quantise the weights of an exported encoder dynamically to int8, and put the file at `out`, once it is whole.

    First the steps of each attention are put together, which for a question takes a tenth off (docs/benchmarks.md);
    what is computed between two matrices of activations then stays in full precision. Its mask goes, another twentieth:
    `retrieval.onnx` runs each text by itself, so that there is nothing to mask. Weights are signed, for which
    onnxruntime has its fast kernels (1.7 times as many chunks a second as with unsigned ones), of 7 bits, because
    processors without VNNI would saturate with 8, and scaled by channel.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.transformers.fusion_options import FusionOptions
    from onnxruntime.transformers.optimizer import optimize_model

    together = FusionOptions("bert")
    together.enable_skip_layer_norm = together.enable_bias_skip_layer_norm = together.enable_embed_layer_norm = False
    model = optimize_model(
        str(exported), "bert", num_heads=_HEADS, hidden_size=_WIDTH, optimization_options=together, opt_level=0
    )
    for node in model.get_nodes_by_op_type("Attention"):
        del node.input[_MASK:]
    model.prune_graph()
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        fused, made = Path(scratch, "fused.onnx"), Path(scratch, "made.onnx")
        model.save_model_to_file(str(fused))
        quantize_dynamic(
            fused, made, op_types_to_quantize=["MatMul", "Attention", "Gather"], per_channel=True,
            reduce_range=True, weight_type=QuantType.QInt8, extra_options={"DefaultTensorType": _FLOAT},
        )  # fmt: skip
        os.replace(made, out)


if __name__ == "__main__":
    quantise(Path(sys.argv[1]), Path(sys.argv[2]))
