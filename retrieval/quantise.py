"""Make the int8 ONNX form of the bundled embedding model: `python -m retrieval.quantise WEIGHTS OUT`."""

import os
import sys
import tempfile
from pathlib import Path

# Of the bundled model, all-MiniLM-L6-v2 (its config.json).
_HEADS, _WIDTH = 12, 384
_FLOAT = 1  # onnx.TensorProto.FLOAT


def quantise(weights: Path, out: Path) -> None:
    """Export the model in `weights` to ONNX, quantise its weights dynamically to int8, and put the file at `out`.

    First the steps of each attention are put together, which for a question takes a tenth off (docs/benchmarks.md);
    what is computed between two matrices of activations then stays in full precision. Weights are signed, for which
    onnxruntime has its fast kernels (1.7 times as many chunks a second as with unsigned ones), of 7 bits, because
    processors without VNNI would saturate with 8, and scaled by channel. The file appears under its name only when
    whole.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.transformers.fusion_options import FusionOptions
    from onnxruntime.transformers.optimizer import optimize_model
    from sentence_transformers import SentenceTransformer

    together = FusionOptions("bert")
    together.enable_skip_layer_norm = together.enable_bias_skip_layer_norm = together.enable_embed_layer_norm = False
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        model = SentenceTransformer(str(weights), backend="onnx", model_kwargs={"provider": "CPUExecutionProvider"})
        model.save_pretrained(scratch)
        exported = next(Path(scratch).rglob("*.onnx"))
        fused, made = Path(scratch, "fused.onnx"), Path(scratch, "made.onnx")
        optimize_model(
            str(exported), "bert", num_heads=_HEADS, hidden_size=_WIDTH, optimization_options=together, opt_level=0
        ).save_model_to_file(str(fused))
        quantize_dynamic(
            fused, made, op_types_to_quantize=["MatMul", "Attention", "Gather"], per_channel=True,
            reduce_range=True, weight_type=QuantType.QInt8, extra_options={"DefaultTensorType": _FLOAT},
        )  # fmt: skip
        os.replace(made, out)


if __name__ == "__main__":
    quantise(Path(sys.argv[1]), Path(sys.argv[2]))
