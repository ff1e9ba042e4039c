# Times torchvision's deformable convolution on a CPU: prints, for each case of the command line (NxCxHxW, as many
# outputs as inputs), the medians of forward and backward in milliseconds as JSON. Arguments: runs, then the cases.
import json
import statistics
import sys
import time

import torch
import torchvision


def times(case, runs):
    n, c, h, w = (int(extent) for extent in case.split("x"))
    generator = torch.Generator().manual_seed(0)
    inputs = [torch.randn(shape, generator=generator) for shape in [(n, c, h, w), (n, 18, h, w), (c, c, 3, 3)]]
    upstream = torch.randn((n, c, h, w), generator=generator)
    forward, backward = [], []
    for _ in range(runs + 1):
        x, offset, weight = (tensor.clone().requires_grad_() for tensor in inputs)
        begin = time.perf_counter()
        y = torchvision.ops.deform_conv2d(x, offset, weight, padding=1)
        middle = time.perf_counter()
        y.backward(upstream)
        forward.append(middle - begin)
        backward.append(time.perf_counter() - middle)
    return {"forward": 1e3 * statistics.median(forward[1:]), "backward": 1e3 * statistics.median(backward[1:])}


runs = int(sys.argv[1])
cases = {case: times(case, runs) for case in sys.argv[2:]}
version = {"torch": torch.__version__, "torchvision": torchvision.__version__, "threads": torch.get_num_threads()}
print(json.dumps({"version": version, "cases": cases}))
