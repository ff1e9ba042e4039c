# Evaluates detections with pycocotools: prints the seconds of evaluate() and accumulate() and the twelve numbers as JSON.
# Arguments: a ground truth file, a results file. Reading and indexing the files is not timed.
import contextlib
import importlib.metadata
import json
import sys
import time

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

with contextlib.redirect_stdout(sys.stderr):
    gt = COCO(sys.argv[1])
    dt = gt.loadRes(sys.argv[2])
    begin = time.perf_counter()
    evaluation = COCOeval(gt, dt, "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    seconds = time.perf_counter() - begin

version = importlib.metadata.version("pycocotools")
print(json.dumps({"version": version, "seconds": seconds, "stats": evaluation.stats.tolist()}))
