"""The suffix under a head computes what the whole network and a linear head compute."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from headstart.errors import PlanError
from headstart.plan import HeadPlan
from headstart.training.linear_head import LinearHead
from headstart.training.suffix import SuffixNetwork, TrainableHead


def some_head(n_features, n_outputs=3):
    random = np.random.default_rng(5)
    return LinearHead(
        random.normal(size=n_features),
        random.uniform(0.5, 2.0, n_features),
        random.normal(size=(n_features, n_outputs)),
        random.normal(size=n_outputs),
    )


def test_a_trainable_head_computes_what_the_numbers_do():
    head = some_head(6)
    vectors = np.random.default_rng(1).normal(size=(4, 6)).astype(np.float32)
    scores = TrainableHead(head)(torch.from_numpy(vectors)).detach().numpy()
    np.testing.assert_allclose(scores, head.scores(vectors), rtol=1e-5, atol=1e-5)


def test_a_trainable_head_gives_its_numbers_back():
    head = some_head(6)
    again = TrainableHead(head).to_linear_head()
    for name, array in head.to_arrays().items():
        np.testing.assert_allclose(again.to_arrays()[name], array, rtol=1e-6)


def test_mean_and_scale_of_a_head_do_not_learn():
    assert [name for name, _ in TrainableHead(some_head(4)).named_parameters()] == [
        "linear.weight",
        "linear.bias",
    ]


@pytest.mark.parametrize(
    ("modes", "read"),
    [
        *((modes, ("top",)) for modes in ("ttt", "ftt", "fft")),
        *((modes, ("middle", "top")) for modes in ("ttt", "ftt")),
    ],
)
def test_suffix_of_prefix_is_the_whole(make_backbone, make_plan, modes, read):
    plan = make_plan(modes, head=HeadPlan(read))
    backbone = make_backbone()
    head = some_head(12 if read == ("top",) else 20)
    pixels = torch.randint(0, 256, (3, 8, 8, 3), dtype=torch.uint8)
    images = (pixels.permute(0, 3, 1, 2) / 255.0 - 0.5) / 0.25
    vectors = torch.cat([backbone.pooled(images)[name] for name in read], dim=1)
    state = backbone.run({"x": images}, 0, plan.cut)["x"]
    rows = pixels.flatten(1) if plan.cut == 0 else state.flatten(1)
    network = SuffixNetwork(backbone, plan, head).eval()
    scores = network(rows).detach().numpy()
    np.testing.assert_allclose(scores, head.scores(vectors.numpy()), rtol=1e-4, atol=1e-4)


def test_parameters_are_shared_with_the_backbone(make_backbone, make_plan, make_head):
    backbone = make_backbone()
    network = SuffixNetwork(backbone, make_plan("ftt"), make_head())
    own = {id(one) for one in network.pieces.parameters()}
    assert own == {id(one) for piece in backbone.pieces[1:] for one in piece.parameters()}


def test_a_head_that_reads_before_the_cut(make_backbone, make_plan, make_head):
    plan = make_plan("fft", head=HeadPlan(("middle", "top")))
    with pytest.raises(PlanError, match=r"reads stage 'middle', which lies before .*: top\. Corr"):
        SuffixNetwork(make_backbone(), plan, make_head())


def test_a_head_that_reads_nothing(make_backbone, make_plan, make_head):
    plan = make_plan("ftt", head=HeadPlan())
    with pytest.raises(PlanError, match=r"head reads no stage\. .* middle, top"):
        SuffixNetwork(make_backbone(), plan, make_head())


def test_a_stage_that_is_trained_where_nothing_reads_it(make_backbone, make_plan, make_head):
    plan = make_plan("ftt", head=HeadPlan(("middle",)))
    with pytest.raises(PlanError, match=r"Stage 'top' is trained, but .* 'middle'"):
        SuffixNetwork(make_backbone(), plan, make_head())


def test_frozen_stages_behind_the_last_that_is_read_are_not_run(make_backbone, make_plan):
    plan = make_plan("ftf", head=HeadPlan(("middle",)))
    network = SuffixNetwork(make_backbone(), plan, some_head(8))
    network.pieces[1].register_forward_pre_hook(lambda *_: pytest.fail("it was run"))
    assert network(torch.zeros(2, 128, dtype=torch.float16)).shape == (2, 3)
