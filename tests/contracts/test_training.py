"""What every plan that has a name promises: frozen stages stay to the last bit, trained ones learn,

and the saved run says what the fitted model says.
"""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from tests.remembered_probes import remembered_probes

from headstart import TransferClassifier, TransferRegressor, load
from headstart.activations.conversion import NETWORK
from headstart.backbones import catalogue
from headstart.backbones.discovery import cut_into_stages
from headstart.backbones.preprocessing import Preprocessing
from headstart.backbones.source import Source
from headstart.plan import Plan, TrainingPlan
from headstart.runs.saving import BACKBONE
from headstart.strategies import STRATEGIES, read_plan_name

NAME = "contract/net"
FACTS = Preprocessing((16, 16), 1.0, "bilinear", (0.5, 0.5, 0.5), (0.25, 0.25, 0.25))
#: An argument for the names that need one.
ARGUMENTS = {"freeze": ":1", "copy": ":1"}
PLANS = [*(name + ARGUMENTS.get(name, "") for name in STRATEGIES), "lora:2", "freeze:-1"]
PLANS += ["freeze:auto", "copy:0"]


class ContractProvider:
    """BatchNorm with statistics that it brought, and depthwise convolutions."""

    def names(self):
        return ["net"]

    def describe(self, name):
        return {"name": f"contract/{name}"}

    def build(self, name, weights=None, init="pretrained", seed=0):
        from headstart.backbones.providers.seeding import seeded

        with seeded(seed if init == "random" else 99):
            network = make_network()
        source = Source(NAME, "image", name, FACTS, "MIT", "random-99", 5, None, "test")
        return network, source


def make_network():
    from torch import nn

    def block(before, after):
        return nn.Sequential(
            nn.Conv2d(before, before, 3, padding=1, groups=before, bias=False),
            nn.BatchNorm2d(before),
            nn.ReLU(),
            nn.Conv2d(before, after, 1, bias=False),
            nn.BatchNorm2d(after),
        )

    stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU())
    end = (nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 5))
    network = nn.Sequential(stem, block(8, 12), block(12, 16), *end)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0.0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    return network


@pytest.fixture(scope="module")
def stages():
    """The names of the network's tensors, by stage."""
    backbone = cut_into_stages(*ContractProvider().build("net"))
    return {
        stage.name: {name.removeprefix("network.") for name in stage.module.state_dict()}
        for stage in backbone.stages
    }


@pytest.fixture(scope="module")
def source():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(catalogue.PROVIDERS, "contract", ContractProvider())
        yield NAME


@pytest.fixture(scope="module")
def pictures():
    """Stripes along or across, and how bright they are."""
    random = np.random.default_rng(0)
    images, kinds, levels = [], [], []
    for number in range(40):
        wave = 60 * np.sin(np.arange(16) * 1.5 + random.uniform(0, 6))
        pattern = np.tile(wave, (16, 1)) if number % 2 else np.tile(wave, (16, 1)).T
        level = random.uniform(80, 170)
        noise = random.normal(0, 20, (16, 16, 3))
        pixels = (level + pattern[..., None] + noise).clip(0, 255)
        images.append(Image.fromarray(pixels.astype(np.uint8)))
        kinds.append("across" if number % 2 else "along")
        levels.append(level)
    return images, {"classification": np.array(kinds), "regression": np.array(levels)}


MAKERS = {"classification": TransferClassifier, "regression": TransferRegressor}


@pytest.fixture(scope="module", autouse=True)
def probes():
    """Fitted once for the same samples."""
    with remembered_probes():
        yield


@pytest.fixture(scope="module")
def fits(source, pictures, tmp_path_factory):
    """Fitted once by task and plan."""
    found = {}

    def fit(task, plan):
        if (task, plan) not in found:
            images, targets = pictures
            name = read_plan_name(plan)
            one = MAKERS[task](source, plan, fallback=False)  # a tiny network helps nobody
            if not name.is_frozen:
                epochs = None if plan == "gradual" else 2
                one.set_params(epochs=epochs, batch_size=16, learning_rate=0.01)
            if not name.is_frozen and not name.searches:  # no epoch is preferred to the last
                asked = one._settings()
                asked = replace(asked, training={**asked.training, "validation": 0.0})
                one._settings = lambda: asked
            one.fit(images, targets[task])
            run = one.save(tmp_path_factory.mktemp("runs") / "run")
            found[task, plan] = (one.model_, run)
        return found[task, plan]

    return fit


def tensors_before(plan=None, stages=None):
    """Those of the source, and fresh ones in the stages that a plan begins with random weights."""
    tensors = dict(ContractProvider().build("net")[0].state_dict())
    fresh = ContractProvider().build("net", init="random", seed=0)[0].state_dict()
    for stage in plan.stages if plan else ():
        if stage.init == "random":
            tensors.update({name: fresh[name] for name in stages[stage.name]})
    return tensors


def changed(before, after, names):
    return {name for name in names if not torch.equal(before[name], after[name])}


def test_the_contract_has_cases():
    named = {read_plan_name(plan).name for plan in PLANS}
    assert named == set(STRATEGIES)
    assert len(named) >= 10
    kinds = {name: read_plan_name(name).plan("x/y", ["a", "b"]) for name in PLANS[:-2]}
    assert {stage.mode for plan in kinds.values() for stage in plan.stages} == {
        *("frozen", "train", "adapter"),
    }


@pytest.mark.parametrize("task", MAKERS)
@pytest.mark.parametrize("plan", PLANS)
def test_frozen_stages_stay_to_the_last_bit_and_trained_ones_learn(fits, stages, task, plan):
    model, run = fits(task, plan)
    assert [stage.name for stage in model.plan.stages] == list(stages)
    file = run / BACKBONE / NETWORK
    assert file.exists() == bool(model.plan.suffix)
    if not file.exists():
        return
    before, after = tensors_before(model.plan, stages), load_file(file)
    assert after.keys() == before.keys()
    found = {stage: changed(before, after, names) for stage, names in stages.items()}
    for stage in model.plan.stages:
        if stage.mode != "adapter":  # what an adapter finds in a stage depends on its layers
            assert bool(found[stage.name]) == (stage.mode == "train"), stage.name
    assert any(found.values())
    if any(stage.init == "pretrained" for stage in model.plan.stages):
        of_the_source = set(before) - set.union(*stages.values())
        assert changed(before, after, of_the_source) == set()


@pytest.mark.parametrize("plan", ["bias", "pointwise", "lora"])
def test_adapters_change_what_they_may(fits, stages, plan):
    _, run = fits("classification", plan)
    before, after = tensors_before(), load_file(run / BACKBONE / NETWORK)
    found = changed(before, after, set.union(*stages.values()))
    network = make_network()
    depthwise = {
        f"{name}.weight" for name, one in network.named_modules() if getattr(one, "groups", 1) > 1
    }
    assert len(depthwise) == 2
    parameters = {name for name, _ in network.named_parameters()}
    assert found <= parameters
    if plan == "bias":
        assert {name.rpartition(".")[2] for name in found} == {"bias"}
    else:
        assert not found & depthwise
    if plan == "lora":
        assert found == {name for name in stages_of_convolutions(network) - depthwise}


def stages_of_convolutions(network):
    from torch import nn

    return {f"{name}.weight" for name, one in network.named_modules() if isinstance(one, nn.Conv2d)}


@pytest.mark.parametrize("task", MAKERS)
@pytest.mark.parametrize("plan", PLANS)
def test_a_saved_run_says_the_same(fits, pictures, task, plan):
    model, run = fits(task, plan)
    loaded = load(run)
    assert loaded.plan == model.plan
    assert Plan.from_dict(json.loads((run / "manifest.json").read_bytes())["plan"]) == model.plan
    images, _ = pictures
    np.testing.assert_array_equal(loaded.predict(images), model.predict(images))
    if task == "classification":
        expected = model.predict_proba(images)
        np.testing.assert_array_equal(loaded.predict_proba(images), expected)
    assert loaded.predictions == model.predictions


@pytest.mark.parametrize("plan", PLANS)
def test_the_plan_of_the_model_is_the_plan_that_was_named(fits, stages, plan):
    model, _ = fits("classification", plan)
    if read_plan_name(plan).searches:
        return
    named = read_plan_name(plan).plan(NAME, list(stages))
    assert model.plan.stages == named.stages
    assert model.plan.adapter == named.adapter
    if named.training is not None:
        expected = {"batch_size": 16, "learning_rate": 0.01, "validation": 0.0}
        if plan != "gradual":
            expected["epochs"] = 2
        assert model.plan.training == TrainingPlan(**{**named.training.__dict__, **expected})


@pytest.mark.parametrize("task", MAKERS)
@pytest.mark.parametrize("plan", PLANS)
def test_figures_and_evidence_are_there(fits, task, plan):
    model, run = fits(task, plan)
    result = model.result_
    assert result.n_test == 8
    assert all(np.isfinite(figure.value) for figure in result.test.values())
    assert json.loads((run / "result.json").read_bytes())["plan"] == model.plan.to_dict()
    decided = {decision.question for decision in model.evidence.decisions}
    if model.plan.suffix:
        assert {"which weights", "where the states at the cut come from"} <= decided
