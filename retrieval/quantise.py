"""Make the int8 ONNX form of the bundled embedding model: `python -m retrieval.quantise WEIGHTS OUT`."""

import os
import sys
import tempfile
from pathlib import Path


def quantise(weights: Path, out: Path) -> None:
    """Export the model in `weights` to ONNX, quantise its weights dynamically to int8, and put the file at `out`.

    The instruction set is AVX2's on x86-64, whose files run on every newer processor too, and Arm's on arm64. The file
    appears under its name only when whole.
    """
    import platform

    from sentence_transformers import SentenceTransformer, export_dynamic_quantized_onnx_model

    target = "arm64" if platform.machine() in ("arm64", "aarch64") else "avx2"
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        model = SentenceTransformer(str(weights), backend="onnx", model_kwargs={"provider": "CPUExecutionProvider"})
        export_dynamic_quantized_onnx_model(model, target, scratch)
        made = next(Path(scratch).rglob("*.onnx"))
        os.replace(made, out)


if __name__ == "__main__":
    quantise(Path(sys.argv[1]), Path(sys.argv[2]))
