"""Checks exported folders from Python: python test/interop/check_savedmodel.py FOLDER...

The model loads in Python's TensorFlow, leaves the size of images open, and the folder's own program finds with it what
sample.json holds. By hand, with a Python that has tensorflow, numpy and pillow.
"""
import pathlib
import sys

import card_program
import tensorflow as tf


def check(folder):
    model = tf.saved_model.load(str(folder / "saved_model"))
    signature = model.signatures["serving_default"]
    image = signature.structured_input_signature[1]["image"]
    assert image.dtype == tf.uint8 and image.shape.as_list() == [1, None, None, 3], image
    assert sorted(signature.structured_outputs) == ["boxes", "labels", "scores"]
    custom = [op.type for op in model.graph.get_operations() if op.type.startswith("Ddod")]
    assert not custom, custom
    card_program.agrees(folder, f"TensorFlow {tf.__version__}")


for name in sys.argv[1:]:
    check(pathlib.Path(name))
