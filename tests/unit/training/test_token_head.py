"""A head that reads every token gives what the stages and the head give by themselves."""

import numpy as np
import torch
from torch import Tensor, nn

from headstart.plan import HeadPlan, Plan, StagePlan
from headstart.training.linear_head import LinearHead


class _Look(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(9, 3)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        vectors: Tensor = self.table(x)
        return vectors


def test_each_token_is_scored_and_what_is_none_never_wins() -> None:
    from headstart.backbones.source import Source
    from headstart.backbones.stages import Backbone, Stage
    from headstart.backbones.text_preprocessing import TextPreprocessing
    from headstart.training.token_head import TokenNetwork

    facts = TextPreprocessing("0" * 64, 8)
    source = Source("x/y", "text", "tiny", facts, "none", "random-0", 0, None, "")
    stage = Stage("look", _Look(), 1.0, (8, 3), {"mask": (8,)}, "mean")
    plan = Plan("x/y", (StagePlan("look", mode="train"),), HeadPlan(("look",), start="zero"))
    generator = np.random.default_rng(0)
    head = LinearHead(
        np.zeros(3), np.ones(3), generator.normal(size=(3, 2)), generator.normal(size=2)
    )
    network = TokenNetwork(Backbone(source, [stage], nn.Identity()), plan, head)
    rows = torch.tensor([[5, 6, 7, -1, -1], [8, 1, -1, -1, -1]])
    with torch.no_grad():
        scores = network(rows).numpy()
        vectors = stage.module.table(rows.clamp(min=0)).numpy()
    assert scores.shape == (2, 5, 2)
    there = rows.numpy() >= 0
    np.testing.assert_allclose(scores[there], head.scores(vectors)[there], rtol=1e-4, atol=1e-5)
    assert scores[~there].max() == -1e4
