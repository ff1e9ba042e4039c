# One case in PyTorch: prints the seconds of a training step or of a forward pass and the peak memory, as JSON.
# Arguments: train or forward, the case as JSON, ddod or atss, runs.
import json
import os
import resource
import statistics
import sys
import time

import torch

from detector import make
from loss import Loss


def peak_mb():
    """Linux's rusage also counts the program that started this one."""
    if os.path.exists("/proc/self/status"):
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def trainer(model, x):
    weights = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(weights, lr=1e-4, momentum=0.9, weight_decay=1e-4)
    loss_of = Loss()

    def step():
        optimizer.zero_grad()
        loss = loss_of(model(x))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 10)
        optimizer.step()
        return loss.item()

    return step


@torch.no_grad()
def forward(model, x):
    return sum(cls.sum().item() for cls, _, _ in model(x))


def timed(once):
    begin = time.perf_counter()
    check = once()
    return time.perf_counter() - begin, check


kind, case, detector, runs = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3], int(sys.argv[4])
torch.set_num_threads(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())
model, x = make(case, detector == "ddod")
once = trainer(model, x) if kind == "train" else lambda: forward(model, x)
before = peak_mb()
results = [timed(once) for _ in range(runs + 1)][1:]
times = [seconds for seconds, _ in results]
print(json.dumps({
    "seconds": statistics.median(times),
    "fastest": min(times),
    "peakMb": peak_mb(),
    "beforeMb": before,
    "check": results[-1][1],
    "parameters": sum(p.numel() for p in model.parameters()),
    "cpuSeconds": time.process_time(),
    "torch": torch.__version__,
}))
