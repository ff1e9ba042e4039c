"""Checks exported folders from Python: python test/interop/check_onnx.py FOLDER...

The model passes onnx.checker with shape inference, uses the standard operators alone, and finds in Python's
onnxruntime what sample.json holds. By hand, with DDOD_PYTHON's onnx, onnxruntime, numpy and pillow.
"""
import collections
import pathlib
import sys

import card_program
import onnx


def check(folder):
    for file in sorted(folder.glob("*.onnx")):
        model = onnx.load(file)
        onnx.checker.check_model(model, full_check=True)
        domains = {node.domain for node in model.graph.node}
        assert domains <= {"", "ai.onnx"}, domains
        counts = collections.Counter(node.op_type for node in model.graph.node)
        print(f"{file.name}: opset {model.opset_import[0].version}, {sum(counts.values())} nodes: {dict(counts)}")
    card_program.agrees(folder, f"ONNX {onnx.__version__}")


for name in sys.argv[1:]:
    check(pathlib.Path(name))
