"""Make the int8 ONNX form of the bundled embedding model: `python -m retrieval.quantise WEIGHTS OUT`."""

import os
import sys
import tempfile
from pathlib import Path


def quantise(weights: Path, out: Path) -> None:
    """Export the model in `weights` to ONNX, quantise its weights dynamically to int8, and put the file at `out`.

    Weights are signed, for which onnxruntime has its fast kernels (1.7 times as many chunks a second as with unsigned
    ones, docs/benchmarks.md), of 7 bits, because processors without VNNI would saturate with 8, and scaled by channel.
    The file appears under its name only when whole.
    """
    from onnxruntime.quantization import QuantType
    from optimum.onnxruntime import AutoQuantizationConfig
    from sentence_transformers import SentenceTransformer, export_dynamic_quantized_onnx_model

    how = AutoQuantizationConfig.avx2(is_static=False, per_channel=True, reduce_range=True)
    how.weights_dtype = QuantType.QInt8
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        model = SentenceTransformer(str(weights), backend="onnx", model_kwargs={"provider": "CPUExecutionProvider"})
        export_dynamic_quantized_onnx_model(model, how, scratch)
        made = next(Path(scratch).rglob("*.onnx"))
        os.replace(made, out)


if __name__ == "__main__":
    quantise(Path(sys.argv[1]), Path(sys.argv[2]))
