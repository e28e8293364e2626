"""What ``torchvision_whole.py`` trains, and how."""

from __future__ import annotations

import argparse
import math
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from headstart.activations.tones import in_light, without_tone
from headstart.activations.windows import placement_of
from headstart.backbones.assembly import load_assembled
from headstart.backbones.taps import taps_for
from headstart.training.place_heads import head_for

NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)


class Whole(nn.Module):
    """All stages and the head."""

    def __init__(self, backbone: Any, taps: Any, head: nn.Module) -> None:
        super().__init__()
        self.pieces = nn.ModuleList(stage.module for stage in backbone.stages)
        self.pieces = self.pieces[: max(tap.index for tap in taps) + 1]
        self.taps, self.head = taps, head

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        found = {}
        for place, piece in enumerate(self.pieces):
            x = piece(x)
            found[place] = x
        outputs: tuple[Tensor, ...] = self.head([found[tap.index] for tap in self.taps])
        return outputs

    def to_train(self) -> None:
        """BatchNorm stays frozen, as in torchvision's detectors."""
        self.train()
        for module in self.modules():
            if isinstance(module, NORMS):
                module.eval()


def build(run: Any) -> Whole:
    name = run.network.source.name
    backbone = load_assembled(name).backbone
    taps = taps_for(backbone, run.network.strides)
    head = head_for(
        run.task,
        [tap.channels for tap in taps],
        [tap.stride for tap in taps],
        run.network.canvas,
        **run.network.head,
    )
    network = Whole(backbone, taps, head).to(memory_format=torch.channels_last)
    return network.requires_grad_(True)


def learn(network: Whole, run: Any, train: Any, options: argparse.Namespace) -> list[float]:
    """Epochs over all training pictures, and the seconds of each."""
    plan = run.plan.training
    groups = [
        {"params": list(network.head.parameters()), "lr": plan.learning_rate},
        {"params": list(network.pieces.parameters()), "lr": 0.1 * plan.learning_rate},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=plan.weight_decay)
    batches = math.ceil(len(train) / plan.batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser,
        [group["lr"] for group in groups],
        total_steps=options.epochs * batches,
        pct_start=plan.warm_up,
    )
    generator, seconds = np.random.default_rng(options.seed), []
    with ThreadPoolExecutor(options.cores) as pool:
        for _ in range(options.epochs):
            began = time.perf_counter()
            network.to_train()
            for rows in np.array_split(generator.permutation(len(train)), batches):
                views = generator.choice(plan.views, len(rows))
                pairs = list(
                    pool.map(
                        lambda pair: sample(run, train, network.head, *pair),
                        zip(rows, views, strict=True),
                    )
                )
                inputs = torch.stack([one for one, _ in pairs])
                with torch.autocast("cpu", torch.bfloat16, enabled=options.precision == "bf16"):
                    outputs = network(inputs.contiguous(memory_format=torch.channels_last))
                loss = network.head.loss(
                    tuple(one.float() for one in outputs), [goal for _, goal in pairs]
                )
                optimiser.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(network.parameters(), plan.clip_norm)
                optimiser.step()
                schedule.step()
            seconds.append(time.perf_counter() - began)
    return seconds


def sample(run: Any, train: Any, head: Any, row: int, view: str) -> tuple[Tensor, Any]:
    """A picture decoded anew, in a view, with its boxes."""
    facts = run.network.source.preprocessing
    image = train.items[row].open(at_least=facts.shorter_side)
    target = train.labels[row]
    image = in_light(image, without_tone(view)[1])
    pixels = facts.placed(image, placement_of(view, image.size, facts.size))
    return (
        facts.normalise(torch.from_numpy(pixels)[None])[0],
        head.goal(target, placement_of(view, target.size, facts.size)),
    )


@torch.no_grad()
def answer(network: Whole, run: Any, item: Any, options: argparse.Namespace) -> Any:
    network.eval()
    facts = run.network.source.preprocessing
    image = item.open()
    inputs = facts.normalise(torch.from_numpy(facts.pixels(image))[None])
    with torch.autocast("cpu", torch.bfloat16, enabled=options.precision == "bf16"):
        outputs = network(inputs.contiguous(memory_format=torch.channels_last))
    placement = placement_of("original", image.size, facts.size)
    rows = [one.float()[0].numpy() for one in outputs]
    return run.answer_of(rows, placement)
