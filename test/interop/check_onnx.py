"""Checks exported folders from Python: python test/interop/check_onnx.py FOLDER...

The model passes onnx.checker with shape inference, uses the standard operators alone, and finds in Python's
onnxruntime what sample.json holds. By hand, with DDOD_PYTHON's onnx, onnxruntime, numpy and pillow.
"""
import collections
import json
import pathlib
import subprocess
import sys

import onnx


def check(folder):
    for file in sorted(folder.glob("*.onnx")):
        model = onnx.load(file)
        onnx.checker.check_model(model, full_check=True)
        domains = {node.domain for node in model.graph.node}
        assert domains <= {"", "ai.onnx"}, domains
        counts = collections.Counter(node.op_type for node in model.graph.node)
        print(f"{file.name}: opset {model.opset_import[0].version}, {sum(counts.values())} nodes: {dict(counts)}")
    sample = json.loads((folder / "sample.json").read_text())
    command = [sys.executable, str(folder / "predict.py"), str(folder / sample["image"])]
    found = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    pairs = list(zip(found, sample["detections"]))
    scores = max(abs(a["score"] - b["score"]) for a, b in pairs)
    boxes = max(abs(x - y) for a, b in pairs for x, y in zip(a["box"], b["box"]))
    print(f"{len(found)} detections, {len(sample['detections'])} in sample.json; "
          f"differences up to {scores:.6f} (scores), {boxes:.4f} (pixels)")
    assert abs(len(found) - len(sample["detections"])) <= 1


for name in sys.argv[1:]:
    check(pathlib.Path(name))
