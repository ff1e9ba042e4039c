"""Compares our COCO numbers with pycocotools on the same files.

Usage: python compare_coco.py GT.json DT.json [MORE_GT.json MORE_DT.json ...]
(`pip install pycocotools`; our numbers come from `ddod eval --json`.) Prints both APs and the largest difference of the twelve.
"""

import json
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

ROOT = Path(__file__).resolve().parents[2]
NAMES = ["AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"]


def theirs(gt: str, dt: str) -> dict[str, float]:
    with redirect_stdout(StringIO()):
        truth = COCO(gt)
        run = COCOeval(truth, truth.loadRes(dt), "bbox")
        run.evaluate()
        run.accumulate()
        run.summarize()
    return dict(zip(NAMES, run.stats))


def ours(gt: str, dt: str) -> dict[str, float]:
    command = ["node", "scripts/ddod.mjs", "eval", "--gt", str(Path(gt).resolve()), "--dt", str(Path(dt).resolve()), "--json"]
    found = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
    # pycocotools says -1 where there is nothing to measure
    return {name: -1 if found[name] is None else found[name] for name in NAMES}


if len(sys.argv) < 3 or len(sys.argv) % 2 == 0:
    sys.exit(__doc__)

worst = 0.0
for gt, dt in zip(sys.argv[1::2], sys.argv[2::2]):
    left, right = theirs(gt, dt), ours(gt, dt)
    difference = max(abs(left[name] - right[name]) for name in NAMES)
    worst = max(worst, difference)
    print(f"{gt}: AP pycocotools {left['AP']:.8f}, ours {right['AP']:.8f}, largest difference {difference:.1e}")
print(f"largest difference {worst:.2e}")
sys.exit(worst > 1e-9)
