"""Every way of every computation gives what PyTorch gives."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace
from itertools import product

import pytest
import torch
from torch import nn
from torch.nn import functional

from headstart.training.depthwise import (
    NATIVE,
    Ways,
    depthwise_conv2d,
    install,
    is_depthwise,
    uninstall,
    window_of,
)
from headstart.training.depthwise_ways import WAYS, Window

CASES = [(computation, name) for computation, ways in WAYS.items() for name in ways]
EVEN = ((1, 1), (1, 1))
WINDOWS = {
    "3": Window((3, 3), (1, 1), EVEN),
    "3, no padding": Window((3, 3), (1, 1), ((0, 0), (0, 0))),
    "3, stride": Window((3, 3), (2, 2), EVEN),
    "3, uneven": Window((3, 3), (2, 2), ((0, 1), (0, 1))),
    "5, stride": Window((5, 5), (2, 2), ((2, 2), (2, 2))),
    "5, uneven, stride 3": Window((5, 5), (3, 3), ((1, 2), (2, 1))),
    "7": Window((7, 7), (1, 1), ((3, 3), (3, 3))),
    "even": Window((4, 2), (1, 1), ((1, 2), (0, 1))),
    "per axis": Window((5, 3), (1, 2), ((2, 2), (0, 0))),
    "gaps": Window((2, 1), (3, 2), ((0, 0), (0, 0))),
    "much padding": Window((2, 3), (1, 2), ((3, 3), (4, 2))),
}
SIZES = [(8, 8), (9, 7)]
INPUTS = list(product(SIZES, (torch.contiguous_format, torch.channels_last)))


def tensors(window, size=(8, 8), dtype=torch.float64, order=torch.contiguous_format):
    """Input, filters and bias that learn."""
    generator = torch.Generator().manual_seed(0)
    shapes = [(2, 4, *size), (4, 1, *window.kernel), (4,)]
    x, *rest = (torch.randn(shape, generator=generator).to(dtype) for shape in shapes)
    x = x.contiguous(memory_format=order)
    return [tensor.requires_grad_() for tensor in (x, *rest)]


def plain(x, filters, bias, window):
    (top, bottom), (left, right) = window.padding
    x = functional.pad(x, (left, right, top, bottom))
    return functional.conv2d(x, filters, bias, window.stride, groups=4)


def gradients(result, inputs):
    """Gradients where no two numbers of the output count the same."""
    factors = torch.linspace(-1.0, 1.0, result.numel()).reshape(result.shape)
    return torch.autograd.grad((result * factors).sum(), inputs)


def assert_same(found, expected, rtol):
    for ours, theirs in zip(found, expected, strict=True):
        scale = float(theirs.detach().abs().max())
        torch.testing.assert_close(ours.to(theirs.dtype), theirs, rtol=rtol, atol=rtol * scale)


@pytest.mark.parametrize("window", WINDOWS.values(), ids=WINDOWS)
@pytest.mark.parametrize(("computation", "name"), CASES)
class TestEveryWay:
    def test_in_float32(self, computation, name, window):
        ways = replace(NATIVE, **{computation: name})
        for size, order in INPUTS:
            inputs = tensors(window, size, torch.float32, order)
            ours = depthwise_conv2d(*inputs, window, ways)
            exact = [tensor.detach().double().requires_grad_() for tensor in inputs]
            theirs = plain(*exact, window)
            assert ours.dtype == torch.float32
            assert_same([ours], [theirs], 1e-6)
            assert_same(gradients(ours, inputs), gradients(theirs, exact), 1e-5)

    def test_in_bf16_with_parameters_in_float32(self, computation, name, window):
        ways = replace(NATIVE, **{computation: name})
        for size, order in INPUTS:
            x, *rest = tensors(window, size, torch.bfloat16, order)
            inputs = [x, *(part.detach().float().requires_grad_() for part in rest)]
            ours = depthwise_conv2d(*inputs, window, ways)
            exact = [part.detach().double().requires_grad_() for part in inputs]
            theirs = plain(*exact, window)
            found = gradients(ours, inputs)
            assert ours.dtype == torch.bfloat16
            assert [part.dtype for part in found] == [part.dtype for part in inputs]
            assert_same([ours], [theirs], 2e-2)
            assert_same(found, gradients(theirs, exact), 2e-2)


def test_all_computations_have_pytorchs_own_way_first():
    assert [next(iter(ways)) for ways in WAYS.values()] == ["native"] * 3
    assert list(WAYS) == ["forward", "input_gradient", "filter_gradient"]


@pytest.mark.parametrize("ways", [NATIVE, Ways("native", "flipped", "pieces")], ids=str)
def test_gradcheck(ways):
    window = Window((5, 3), (2, 1), ((1, 2), (1, 1)))
    inputs = tensors(window, (5, 4))

    def convolve(*inputs):
        return depthwise_conv2d(*inputs, window, ways)

    assert torch.autograd.gradcheck(convolve, inputs)


def saved_bytes(compute):
    """Of what autograd keeps of tensors with four axes."""
    kept = []

    def keep(tensor):
        kept.append(tensor.numel() if tensor.dim() == 4 else 0)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        compute()
    return sum(kept)


def test_fixed_filters_get_no_gradient_and_the_input_is_not_kept():
    window = WINDOWS["3"]
    x, filters, _ = tensors(window)
    filters.requires_grad_(False)
    assert saved_bytes(lambda: depthwise_conv2d(x, filters, None, window)) == filters.numel()
    depthwise_conv2d(x, filters, None, window).sum().backward()
    assert filters.grad is None
    assert x.grad is not None


def test_an_input_without_gradient_gets_none():
    window = WINDOWS["3"]
    x, filters, _ = tensors(window)
    x.requires_grad_(False)
    depthwise_conv2d(x, filters, None, window).sum().backward()
    assert x.grad is None
    assert filters.grad is not None


def same_conv(*arguments, **settings):
    from timm.layers.conv2d_same import Conv2dSame

    return Conv2dSame(*arguments, **settings)


CONVS = {
    "plain": lambda: nn.Conv2d(4, 4, 3, stride=2, padding=1, groups=4),
    "without bias": lambda: nn.Conv2d(4, 4, 5, padding=2, groups=4, bias=False),
    "per axis": lambda: nn.Conv2d(4, 4, (3, 5), stride=(2, 1), padding=(1, 2), groups=4),
    "same": lambda: nn.Conv2d(4, 4, 5, padding="same", groups=4),
    "valid": lambda: nn.Conv2d(4, 4, 3, padding="valid", groups=4),
    "timm's": lambda: same_conv(4, 4, 3, stride=2, groups=4),
    "timm's, long": lambda: same_conv(4, 4, (5, 4), stride=(3, 2), groups=4),
}
FASTER = Ways("native", "flipped", "pieces")


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("build", CONVS.values(), ids=CONVS)
def test_an_installed_convolution_computes_the_same(build, size):
    conv = build()
    x = torch.randn(2, 4, *size, requires_grad=True)
    inputs = [x, *conv.parameters()]
    theirs = conv(x)
    expected = gradients(theirs, inputs)
    assert is_depthwise(conv)
    install(conv, FASTER)
    ours = conv(x)
    assert type(ours.grad_fn).__name__ == "_DepthwiseBackward"
    assert_same([ours], [theirs], 1e-5)
    assert_same(gradients(ours, inputs), expected, 1e-5)


def test_under_autocast_it_computes_in_bf16_and_the_parameters_stay_float32():
    conv = CONVS["plain"]()
    x = torch.randn(2, 4, 8, 8, requires_grad=True)
    results = []
    for ways in (None, Ways("float32", "float32", "float32")):
        if ways is not None:
            install(conv, ways)
        with torch.autocast("cpu", torch.bfloat16):
            y = conv(x)
            # Even within, where autocast must not shorten what is meant to be float32.
            results.append((y, *gradients(y.float(), [x, *conv.parameters()])))
        assert y.dtype == torch.bfloat16
    assert {part.dtype for part in results[1][1:]} == {torch.float32}
    assert_same(results[1], results[0], 2e-2)


def test_installing_changes_no_names_and_is_undone():
    conv = CONVS["plain"]()
    names, x = list(conv.state_dict()), torch.randn(1, 4, 6, 6)
    install(conv, FASTER)
    assert list(conv.state_dict()) == names
    uninstall(conv)
    uninstall(conv)
    assert "forward" not in vars(conv)
    assert type(conv(x).grad_fn).__name__ == "ConvolutionBackward0"


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))])
def test_a_copy_has_filters_of_its_own(copied):
    conv, x = CONVS["plain"](), torch.randn(1, 4, 6, 6)
    install(conv, FASTER)
    twin = copied(conv)
    before = twin(x)
    with torch.no_grad():
        conv.weight.zero_()
    assert torch.equal(twin(x), before)


def test_without_samples_or_batch_it_is_left_to_pytorch():
    conv = CONVS["plain"]()
    shapes = [conv(torch.zeros(shape)).shape for shape in ((4, 6, 6), (0, 4, 6, 6))]
    install(conv, FASTER)
    assert [conv(torch.zeros(shape)).shape for shape in ((4, 6, 6), (0, 4, 6, 6))] == shapes


class Special(nn.Conv2d):
    """A convolution with a forward that nobody knows."""


@pytest.mark.parametrize(
    "module",
    [
        nn.Linear(2, 2),
        nn.Conv2d(4, 4, 3),
        nn.Conv2d(4, 8, 3, groups=4),
        nn.Conv2d(4, 4, 3, groups=2),
        nn.Conv2d(1, 1, 3),
        nn.Conv2d(4, 4, 3, groups=4, dilation=2),
        nn.Conv2d(4, 4, 3, groups=4, padding=1, padding_mode="reflect"),
        Special(4, 4, 3, groups=4),
    ],
    ids=str,
)
def test_other_modules_are_left_alone(module):
    assert not is_depthwise(module)


def test_what_is_installed_already_is_left_alone():
    conv = CONVS["plain"]()
    install(conv, FASTER)
    assert not is_depthwise(conv)


def test_timms_padding_is_read_from_the_size():
    conv = CONVS["timm's"]()
    assert window_of(conv, (8, 7)).padding == ((0, 1), (1, 1))
