"""Choices are measured once, remembered, and change nothing but speed."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
import torch
from torch import nn

from headstart.backbones.tracing import trace
from headstart.errors import InputError
from headstart.training import kernel_choice, kernel_timing
from headstart.training.depthwise_ways import WAYS, Window
from headstart.training.kernel_choice import fast_depthwise
from headstart.training.kernel_timing import fastest, shortest, suitable
from headstart.training.observing import Layer
from headstart.training.remembered import Choice, RememberedChoices


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HEADSTART_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "kernel-choices.json"


def network(dropout=0.5):
    """Like an EfficientNet, but tiny."""
    from timm.layers.conv2d_same import Conv2dSame

    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1),
        nn.Sequential(nn.Conv2d(8, 8, 3, padding=1, groups=8, bias=False), nn.BatchNorm2d(8)),
        nn.ReLU6(),
        nn.Conv2d(8, 12, 1),
        Conv2dSame(12, 12, 5, stride=2, groups=12, bias=False),
        nn.BatchNorm2d(12),
        nn.Dropout(dropout),
        nn.Flatten(),
        nn.Linear(192, 2),
    )


X = torch.randn(4, 3, 8, 8, generator=torch.Generator().manual_seed(1))


def ways(report):
    return [{part: choice.way for part, choice in layer.choices.items()} for layer in report.layers]


def prefer(monkeypatch, way):
    """Let measuring end with a way, where a layer can take it."""
    asked = []

    def fake(layer, computation):
        asked.append(computation)
        names = suitable(layer, computation)
        return Choice(way if way in names else names[-1], {name: 1.0 for name in names})

    monkeypatch.setattr(kernel_choice, "fastest", fake)
    return asked


def test_says_what_was_chosen():
    with fast_depthwise(network(), X, "bf16") as report:
        pass
    assert [layer.name for layer in report.layers] == ["1.0", "4"]
    assert [layer.shape for layer in report.layers] == [(4, 8, 8, 8), (4, 12, 8, 8)]
    assert [(layer.kernel, layer.stride) for layer in report.layers] == [
        ((3, 3), (1, 1)),
        ((5, 5), (2, 2)),
    ]
    assert all(list(layer.choices) == list(WAYS) for layer in report.layers)
    assert set(report.layers[1].choices["filter_gradient"].milliseconds) == {
        "native",
        "float32",
        "pieces",
    }
    assert report.measured == 6
    assert report.seconds > 0


def test_choices_are_remembered(monkeypatch, cache):
    prefer(monkeypatch, "native")
    with fast_depthwise(network(), X, "f32") as first:
        pass
    asked = prefer(monkeypatch, "flipped")
    with fast_depthwise(network(), X, "f32") as second:
        pass
    assert (ways(second), second.measured, asked) == (ways(first), 0, [])
    assert second.layers == first.layers
    with fast_depthwise(network(), X[:2], "f32") as third:
        pass
    assert third.measured == 3
    assert len(json.loads(cache.read_text())["choices"]) == 6


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[]",
        b'{"format": 0, "choices": {}}',
        b'{"format": 1, "choices": []}',
        b'{"format": 1, "choices": {"a": {"way": 3}}}',
        b'{"format": 1, "choices": {"a": {"way": "native", "milliseconds": {"native": "x"}}}}',
    ],
)
def test_a_spoilt_file_is_measured_again_and_replaced(cache, content):
    cache.parent.mkdir()
    cache.write_bytes(content)
    for measured in (3, 0):
        with fast_depthwise(network(), X, "f32") as report:
            assert report.measured == measured


def test_an_unknown_way_is_measured_again(monkeypatch, cache):
    with fast_depthwise(network(), X, "f32"):
        pass
    cache.write_text(cache.read_text().replace('"way": "', '"way": "not '))
    for measured in (3, 0):
        with fast_depthwise(network(), X, "f32") as report:
            assert report.measured == measured


def test_where_nothing_can_be_written_it_is_measured_each_time(cache):
    cache.parent.write_text("a file where the folder should be")
    for _ in range(2):
        with fast_depthwise(network(), X, "f32") as report:
            assert report.measured == 3


def test_equal_layers_are_measured_once():
    twins = nn.Sequential(*(nn.Conv2d(4, 4, 3, padding=1, groups=4) for _ in range(2)))
    with fast_depthwise(twins, torch.zeros(1, 4, 6, 6), "f32") as report:
        assert (len(report.layers), report.measured) == (2, 1)


def test_modes_statistics_and_random_numbers_stay():
    module = network()
    module.train()
    module[5].eval()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    state = torch.get_rng_state()
    with fast_depthwise(module, X, "bf16"):
        assert torch.equal(torch.get_rng_state(), state)
        assert module.training
        assert not module[5].training
        after = module.state_dict()
        assert list(after) == list(before)
        assert all(torch.equal(after[name], before[name]) for name in before)
        assert not any(part._forward_pre_hooks for part in module.modules())


def test_removed_at_the_end_even_after_an_error():
    module = network()
    with suppress(ZeroDivisionError), fast_depthwise(module, X, "f32"):
        assert "forward" in vars(module[4])
        raise ZeroDivisionError
    assert not any("forward" in vars(part) for part in module.modules())


def test_a_module_that_fails_is_left_as_it_was():
    module = network()
    with pytest.raises(RuntimeError), fast_depthwise(module, X[:, :2], "f32"):
        pass
    assert module.training
    assert not any(part._forward_pre_hooks or "forward" in vars(part) for part in module.modules())


def step(module, precision):
    """Loss and gradients of one step."""
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
        scores = module(X)
    loss = nn.functional.cross_entropy(scores.float(), torch.tensor([0, 1, 0, 1]))
    return loss.detach(), *torch.autograd.grad(loss, list(module.parameters()))


@pytest.mark.parametrize("traced", [False, True])
@pytest.mark.parametrize(("precision", "rtol"), [("f32", 1e-4), ("bf16", 5e-2)])
@pytest.mark.parametrize("way", ["native", "float32", "flipped", "pieces"])
def test_loss_and_gradients_are_those_of_pytorch(monkeypatch, way, precision, rtol, traced):
    prefer(monkeypatch, way)
    module = network(dropout=0.0)
    if traced:
        module = trace(module).train()
    expected = step(module, precision)
    with fast_depthwise(module, X, precision) as report:
        found = step(module, precision)
    assert len(report.layers) == 2
    for ours, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=rtol, atol=rtol * float(theirs.abs().max()))


def test_fixed_filters_are_not_measured():
    module = network()
    module[4].weight.requires_grad_(False)
    with fast_depthwise(module, X, "f32") as report:
        module(X).sum().backward()
    assert [list(layer.choices) for layer in report.layers] == [list(WAYS), list(WAYS)[:2]]
    assert module[4].weight.grad is None


class TakesState(nn.Module):
    """As the suffix of a backbone."""

    def __init__(self):
        super().__init__()
        self.network = network()

    def forward(self, state):
        return self.network(state.pop("x"))


def test_a_state_is_taken_and_left_whole():
    state = {"x": X}
    with fast_depthwise(TakesState(), state, "f32") as report:
        assert [layer.name for layer in report.layers] == ["network.1.0", "network.4"]
    assert list(state) == ["x"]


@pytest.mark.parametrize("sample", [X.to("meta"), {"x": X.to("meta")}])
def test_elsewhere_than_on_the_processor_nothing_is_done(sample):
    module = network()
    with fast_depthwise(module, sample, "f32") as report:
        assert report.layers == ()
        assert "forward" not in vars(module[4])


def test_an_unknown_precision_is_refused():
    message = r"The precision is 'f16'; accepted: bf16, f32\. Choose one of them\."
    with pytest.raises(InputError, match=message), fast_depthwise(network(), X, "f16"):
        pass


def layer(shape=(4, 4, 8, 8), kernel=5):
    padding = ((kernel // 2,) * 2,) * 2
    window = Window((kernel, kernel), (1, 1), padding)
    return Layer(shape, window, torch.bfloat16, torch.channels_last)


def test_large_batches_are_cut_down(monkeypatch):
    monkeypatch.setattr(kernel_timing, "_NUMBERS", 1)
    seen = []
    for name, way in WAYS["filter_gradient"].items():
        monkeypatch.setitem(
            WAYS["filter_gradient"],
            name,
            type(way)(lambda gradient, x, window: seen.append(x.shape[0]), way.suits),
        )
    fastest(layer((64, 4, 8, 8)), "filter_gradient")
    assert set(seen) == {min(64, torch.get_num_threads())}


@pytest.mark.parametrize(("other", "chosen"), [(0.95, "native"), (0.85, "pieces")])
def test_pytorchs_own_stays_unless_another_is_worth_it(monkeypatch, other, chosen):
    times = {"native": 1.0, "float32": 2.0, "pieces": other}
    monkeypatch.setattr(kernel_timing, "shortest", lambda tries: times)
    assert fastest(layer(), "filter_gradient") == Choice(chosen, times)


def measured(monkeypatch, pace):
    """What :func:`shortest` makes of these milliseconds, and how often each was tried."""
    left, clock = {name: iter(times) for name, times in pace.items()}, [0.0]
    calls = dict.fromkeys(pace, 0)

    def run(name):
        clock[0] += next(left[name]) / 1e3
        calls[name] += 1

    monkeypatch.setattr(kernel_timing.time, "perf_counter", lambda: clock[0])
    return shortest({name: lambda name=name: run(name) for name in pace}), calls


def test_hopeless_after_two_tries_settled_after_three(monkeypatch):
    # The first try of a way takes longer.
    times, calls = measured(monkeypatch, {"a": [9, 1, 1.05], "b": [1.2, 1.2, 1.3], "c": [9, 8]})
    assert times == pytest.approx({"a": 1.0, "b": 1.2, "c": 8.0})
    assert calls == {"a": 3, "b": 3, "c": 2}


def test_it_goes_on_while_another_program_gets_in_between(monkeypatch):
    times, calls = measured(monkeypatch, {"a": [9, 9, 9, 1, 1], "b": [1.5] * 5})
    assert times == pytest.approx({"a": 9.0, "b": 1.5})  # far too long twice: hopeless
    assert calls == {"a": 2, "b": 2}
    times, calls = measured(monkeypatch, {"a": [2, 2, 1.5, 1, 1], "b": [1.2] * 5})
    assert times == pytest.approx({"a": 1.0, "b": 1.2})
    assert calls == {"a": 5, "b": 5}


def test_it_does_not_go_on_for_ever(monkeypatch):
    pace = [30 - number for number in range(0, 30, 5)]
    times, calls = measured(monkeypatch, {"a": pace, "b": pace})
    assert calls == {"a": 2, "b": 2}
    assert times == pytest.approx({"a": 25.0, "b": 25.0})


def test_choices_of_several_processes_come_together(cache):
    mine, theirs = RememberedChoices(), RememberedChoices()
    mine.add({"a": Choice("native")})
    theirs.add({"b": Choice("pieces", {"pieces": 2.0})})
    assert mine.read() == {"a": Choice("native"), "b": Choice("pieces", {"pieces": 2.0})}
