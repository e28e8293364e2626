import warnings

import pytest
import torch
from torch import nn

from headstart.backbones.catalogue import load_backbone
from headstart.backbones.stages import PooledBackbone, Stage
from headstart.errors import PlanError


@pytest.fixture
def backbone(tiny_provider):
    return load_backbone("tiny/net")


@pytest.mark.parametrize(
    ("shape", "axes", "size"),
    [((6,), (), 6), ((5, 6), (1,), 6), ((6, 4, 4), (2, 3), 6), ((4, 4, 6), (1, 2), 6),
     ((4, 4, 4), (2, 3), 4), ((6, 2, 3), (2, 3), 6)],
)  # fmt: skip
def test_pooling_takes_the_mean_over_all_but_the_features(shape, axes, size):
    stage = Stage("s", nn.Identity(), 0.0, shape)
    x = torch.rand(3, *shape, generator=torch.Generator().manual_seed(0))
    assert stage.feature_size == size
    assert torch.equal(stage.pool({"x": x}), x.mean(dim=axes) if axes else x)


def test_running_no_stage_changes_nothing(backbone):
    x = torch.ones(1, 3, 16, 16)
    assert backbone.run({"x": x}, 0, 0)["x"] is x


@pytest.mark.parametrize(("start", "stop"), [(-1, 1), (0, 2), (1, 0)])
def test_stages_that_do_not_exist_are_refused(backbone, start, stop):
    with pytest.raises(PlanError, match=f"Stages {start} to {stop} .* accepted: 0 <= start"):
        backbone.run({"x": torch.ones(1, 3, 16, 16)}, start, stop)


def test_pooled_gives_a_vector_for_each_stage(backbone):
    vectors = backbone.pooled(torch.ones(2, 3, 16, 16))
    assert {name: tuple(vector.shape) for name, vector in vectors.items()} == {"1": (2, 4)}


def test_the_pooled_backbone_can_be_traced_for_any_batch(backbone):
    pooled = PooledBackbone(backbone)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        traced = torch.jit.trace(pooled, torch.ones(2, 3, 16, 16))
    images = torch.randn(5, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    assert torch.equal(traced(images)[0], pooled(images)[0])
