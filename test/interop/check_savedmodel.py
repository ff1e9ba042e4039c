"""Checks exported folders from Python: python test/interop/check_savedmodel.py FOLDER...

The model loads in Python's TensorFlow, leaves the size of images open, and the folder's own program finds with it what
sample.json holds. By hand, with a Python that has tensorflow, numpy and pillow.
"""
import json
import pathlib
import subprocess
import sys

import tensorflow as tf


def check(folder):
    model = tf.saved_model.load(str(folder / "saved_model"))
    signature = model.signatures["serving_default"]
    image = signature.structured_input_signature[1]["image"]
    assert image.dtype == tf.uint8 and image.shape.as_list() == [1, None, None, 3], image
    assert sorted(signature.structured_outputs) == ["boxes", "labels", "scores"]
    custom = [op.type for op in model.graph.get_operations() if op.type.startswith("Ddod")]
    assert not custom, custom
    sample = json.loads((folder / "sample.json").read_text())
    command = [sys.executable, str(folder / "predict.py"), str(folder / sample["image"])]
    found = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    pairs = list(zip(found, sample["detections"]))
    scores = max(abs(a["score"] - b["score"]) for a, b in pairs)
    boxes = max(abs(x - y) for a, b in pairs for x, y in zip(a["box"], b["box"]))
    print(f"TensorFlow {tf.__version__}: {len(found)} detections, {len(sample['detections'])} in sample.json; "
          f"differences up to {scores:.6f} (scores), {boxes:.4f} (pixels)")
    assert abs(len(found) - len(sample["detections"])) <= 1


for name in sys.argv[1:]:
    check(pathlib.Path(name))
