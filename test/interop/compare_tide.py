"""Compares our TIDE error budget with the tidecv package on the same files.

Usage: python compare_tide.py GT.json DT.json [MORE_GT.json MORE_DT.json ...]
(`pip install tidecv`; our numbers come from `ddod eval --json`.) Prints both sides and the largest difference.
"""

import json
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from tidecv import TIDE
from tidecv.data import Data

ROOT = Path(__file__).resolve().parents[2]
KINDS = {"Cls": "Cls", "Loc": "Loc", "Both": "Both", "Dupe": "Dup", "Bkg": "Bkg", "Miss": "Miss"}


def data_of(gt: str, dt: str) -> tuple[Data, Data]:
    """Both files, without the masks that tidecv's own reader asks for."""
    truth, results = json.loads(Path(gt).read_text()), json.loads(Path(dt).read_text())
    labels, detections = Data("gt", max_dets=100), Data("dt")
    for image in sorted(truth["images"], key=lambda image: image["id"]):
        labels.add_image(image["id"], str(image["id"]))
    listed = {category["id"] for category in truth["categories"]}
    for box in truth["annotations"]:
        if box["category_id"] in listed:
            add = labels.add_ignore_region if box.get("iscrowd") else labels.add_ground_truth
            add(box["image_id"], box["category_id"], box["bbox"])
    for box in results:
        if box["category_id"] in listed:
            detections.add_detection(box["image_id"], box["category_id"], box["score"], box["bbox"])
    return labels, detections


def theirs(gt: str, dt: str) -> dict[str, float]:
    with redirect_stdout(StringIO()):
        run = TIDE().evaluate(*data_of(gt, dt), mode=TIDE.BOX)
    numbers = {KINDS[kind.short_name]: value / 100 for kind, value in run.fix_main_errors().items()}
    special = {kind.short_name: value / 100 for kind, value in run.fix_special_errors().items()}
    counts = {KINDS[kind.short_name] + " count": count for kind, count in run.count_errors().items()}
    extra = {"falsePositives": special["FalsePos"], "falseNegatives": special["FalseNeg"]}
    return {"AP": run.ap / 100, **numbers, **extra, **counts}


def ours(gt: str, dt: str) -> dict[str, float]:
    command = ["node", "scripts/ddod.mjs", "eval", "--gt", str(Path(gt).resolve()), "--dt", str(Path(dt).resolve()), "--json"]
    tide = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)["tide"]
    counts = {f"{kind} count": count for kind, count in tide["counts"].items()}
    extra = {name: tide[name] for name in ("falsePositives", "falseNegatives")}
    return {"AP": tide["AP"], **tide["dAP"], **extra, **counts}


if len(sys.argv) < 3 or len(sys.argv) % 2 == 0:
    sys.exit(__doc__)

worst = 0.0
for gt, dt in zip(sys.argv[1::2], sys.argv[2::2]):
    print(f"{gt} {dt}")
    left, right = theirs(gt, dt), ours(gt, dt)
    for name, value in left.items():
        worst = max(worst, abs(value - right[name]))
        print(f"  {name:15} tidecv {value:12.8f}   ours {right[name]:12.8f}")
print(f"largest difference {worst:.2e}")
sys.exit(worst > 1e-9)
