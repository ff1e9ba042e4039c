# The detectors of bench/train-step and bench/inference in plain PyTorch: EfficientNet-Lite0 or ResNet, FPN, and a
# head of two towers, with torchvision's deformable convolution (one thread on a CPU) where asked. Frozen batch norm.
import math

import torch
import torch.nn.functional as F
import torchvision
from torch import nn

STAGES = [(1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320)]


class ConvNorm(nn.Module):
    def __init__(self, cin, cout, kernel, stride=1, groups=1, act=True):
        super().__init__()
        total = kernel - stride if stride == 2 else kernel - 1
        before = total // 2
        self.pad = (before, total - before, before, total - before)
        self.conv = nn.Conv2d(cin, cout, kernel, stride, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(cout, eps=1e-3)
        self.act = act

    def forward(self, x):
        y = self.bn(self.conv(F.pad(x, self.pad) if any(self.pad) else x))
        return F.relu6(y) if self.act else y


class Block(nn.Module):
    def __init__(self, cin, cout, kernel, stride, expansion):
        super().__init__()
        inner = cin * expansion
        layers = [ConvNorm(cin, inner, 1)] if expansion > 1 else []
        self.main = nn.Sequential(*layers, ConvNorm(inner, inner, kernel, stride, inner), ConvNorm(inner, cout, 1, act=False))
        self.skip = stride == 1 and cin == cout

    def forward(self, x):
        return self.main(x) + x if self.skip else self.main(x)


class Lite0(nn.Module):
    channels, frozen = (40, 112, 320), 3

    def __init__(self):
        super().__init__()
        self.stem, self.blocks, cin = ConvNorm(3, 32, 3, 2), nn.ModuleList(), 32
        for repeats, kernel, stride, expansion, cout in STAGES:
            for i in range(repeats):
                self.blocks.append(Block(cin, cout, kernel, stride if i == 0 else 1, expansion))
                cin = cout
        for part in [self.stem, *self.blocks[: self.frozen]]:
            part.requires_grad_(False)

    def forward(self, x):
        x, found = self.stem(x), []
        for i, block in enumerate(self.blocks):
            x = block(x)
            if i in (4, 10, 15):
                found.append(x)
        return found


class ResNet(nn.Module):
    def __init__(self, name):
        super().__init__()
        self.net = getattr(torchvision.models, name)(weights=None)
        self.channels = tuple(c * self.net.fc.in_features // 512 for c in (128, 256, 512))
        self.net.fc = None
        for part in (self.net.conv1, self.net.bn1, self.net.layer1):
            part.requires_grad_(False)

    def forward(self, x):
        n = self.net
        x = n.layer1(n.maxpool(n.relu(n.bn1(n.conv1(x)))))
        c3 = n.layer2(x)
        c4 = n.layer3(c3)
        return [c3, c4, n.layer4(c4)]


class Deform(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.offset = nn.Conv2d(channels, 18, 3, padding=1)
        self.weight = nn.Parameter(torch.randn(channels, channels, 3, 3) * 0.01)
        nn.init.zeros_(self.offset.weight)
        nn.init.uniform_(self.offset.bias, -1.5, 1.5)

    def forward(self, x):
        return torchvision.ops.deform_conv2d(x, self.offset(x), self.weight, padding=1)


class Detector(nn.Module):
    def __init__(self, backbone, channels, classes, deformable):
        super().__init__()
        self.backbone = backbone
        self.lateral = nn.ModuleList(nn.Conv2d(c, channels, 1) for c in backbone.channels)
        self.out = nn.ModuleList(nn.Conv2d(channels, channels, 3, 1 if i < 3 else 2, 1) for i in range(5))
        self.cls_tower, self.reg_tower = self.tower(channels, deformable), self.tower(channels, deformable)
        self.scales = nn.Parameter(torch.ones(5))
        self.cls, self.reg, self.iou = (nn.Conv2d(channels, n, 3, padding=1) for n in (classes, 4, 1))

    def tower(self, channels, deformable):
        layers = []
        for i in range(4):
            conv = Deform(channels) if deformable and i == 0 else nn.Conv2d(channels, channels, 3, padding=1, bias=False)
            layers += [conv, nn.GroupNorm(32, channels), nn.ReLU(inplace=True)]
        return nn.Sequential(*layers)

    def forward(self, x):
        levels = [lateral(c) for lateral, c in zip(self.lateral, self.backbone(x))]
        for i in (1, 0):
            levels[i] = levels[i] + F.interpolate(levels[i + 1], size=levels[i].shape[-2:], mode="nearest")
        maps = [self.out[i](levels[i]) for i in range(3)]
        maps.append(self.out[3](maps[-1]))
        maps.append(self.out[4](maps[-1]))
        return [self.head(m, scale) for m, scale in zip(maps, self.scales)]

    def head(self, m, scale):
        # torchvision refuses maps smaller than the filter
        p = F.pad(m, (0, 1, 0, 1)) if min(m.shape[-2:]) < 3 else m
        c, r = self.cls_tower(p), self.reg_tower(p)
        return [y[..., : m.shape[-2], : m.shape[-1]] for y in (self.cls(c), self.reg(r) * scale, self.iou(r))]


def make(case, deformable):
    """A detector with random weights and its images [N, 3, H, W]."""
    torch.manual_seed(0)
    name = {"r18": "resnet18", "r50": "resnet50"}.get(case["backbone"])
    backbone = ResNet(name) if name else Lite0()
    model = Detector(backbone, case["channels"], case["classes"], deformable).eval()
    for layer in (model.cls_tower, model.reg_tower, model.cls, model.reg, model.iou):
        for part in layer.modules():
            if isinstance(part, nn.Conv2d) and part.out_channels != 18:
                nn.init.normal_(part.weight, std=0.01)
    nn.init.constant_(model.cls.bias, -math.log(99))
    return model, torch.randn(case["batch"], 3, case["height"], case["width"])
