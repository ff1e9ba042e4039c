# One case in PyTorch: prints the median seconds of a training step or of a forward pass, and the peak memory, as JSON.
# Arguments: train or forward, the case, ddod or atss, runs.
import json
import resource
import statistics
import sys
import time

import torch

from detector import loss_of, make

kind, case, detector, runs = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
torch.set_num_threads(2)
model, x = make(case, detector)
weights = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.SGD(weights, lr=1e-4, momentum=0.9, weight_decay=1e-4)


def train():
    optimizer.zero_grad()
    loss_of(model(x)).backward()
    torch.nn.utils.clip_grad_norm_(weights, 10)
    optimizer.step()


def forward():
    with torch.no_grad():
        model(x)


times = []
for _ in range(runs + 1):
    begin = time.perf_counter()
    train() if kind == "train" else forward()
    times.append(time.perf_counter() - begin)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
parameters = sum(p.numel() for p in model.parameters())
print(json.dumps({"seconds": statistics.median(times[1:]), "peakMb": peak, "parameters": parameters, "torch": torch.__version__}))
