"""Runs the program of an exported folder on its sample image and compares what it prints with sample.json."""
import json
import subprocess
import sys


def agrees(folder, runtime):
    sample = json.loads((folder / "sample.json").read_text())
    command = [sys.executable, str(folder / "predict.py"), str(folder / sample["image"])]
    found = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    pairs = list(zip(found, sample["detections"]))
    scores = max(abs(a["score"] - b["score"]) for a, b in pairs)
    boxes = max(abs(x - y) for a, b in pairs for x, y in zip(a["box"], b["box"]))
    print(f"{runtime}: {len(found)} detections, {len(sample['detections'])} in sample.json; "
          f"differences up to {scores:.6f} (scores), {boxes:.4f} (pixels)")
    assert abs(len(found) - len(sample["detections"])) <= 1
