"""What every encoder promises: a complete key, vectors of the announced sizes, no chance."""

from dataclasses import fields

import numpy as np
import pytest
from PIL import Image

from headstart.activations.classical import ClassicalEncoder
from headstart.activations.encoding import encode, stream
from headstart.activations.key import ActivationKey
from headstart.activations.openvino_engine import OpenVinoEncoder
from headstart.activations.preparation import Request, prepare
from headstart.activations.store import ActivationStore
from headstart.backbones.catalogue import DEFAULTS
from headstart.data.items import PictureItem


def openvino_of(name, precision=None):
    return lambda: OpenVinoEncoder(prepare(Request(name)), precision)


MAKERS = {
    "classical": ClassicalEncoder,
    f"openvino {DEFAULTS['image']}": openvino_of(DEFAULTS["image"]),
    f"openvino {DEFAULTS['image']} f32": openvino_of(DEFAULTS["image"], "f32"),
}


@pytest.fixture(scope="module", params=MAKERS)
def encoder(request):
    return MAKERS[request.param]()


@pytest.fixture(scope="module")
def items():
    random = np.random.default_rng(0)
    shapes = [(300, 400), (64, 64), (1, 1), (700, 20), (256, 256), (31, 57)]
    pictures = [random.integers(0, 256, (*shape, 3), dtype=np.uint8) for shape in shapes]
    return [
        PictureItem.of(Image.fromarray(pixels), f"picture {number}")
        for number, pixels in enumerate(pictures)
    ]


def vectors_of(encoder, items):
    found = {}
    failures = stream(items, [[encoder]] * len(items), lambda row, _, v: found.update({row: v}))
    assert failures == {}
    return [found[row] for row in range(len(items))]


def test_the_contract_has_cases():
    assert len(MAKERS) >= 3
    digests = {make().key.digest for make in MAKERS.values()}
    assert len(digests) >= 2  # where the processor has no bf16, two cases are the same


def test_the_key_is_complete(encoder):
    key = encoder.key
    assert isinstance(key, ActivationKey)
    empty = [field.name for field in fields(key) if not getattr(key, field.name)]
    assert empty == []
    assert len(set(key.outputs)) == len(key.outputs) == len(encoder.sizes)
    assert encoder.key.digest == key.digest
    assert encoder.smallest_side >= 1


def test_vectors_have_the_announced_sizes(encoder, items):
    for vector in vectors_of(encoder, items):
        assert vector.shape == (sum(encoder.sizes),)
        assert vector.dtype == np.float32
        assert np.isfinite(vector).all()


def test_nothing_depends_on_chance_order_or_company(encoder, items):
    first = vectors_of(encoder, items)
    again = vectors_of(encoder, items[::-1])[::-1]
    alone = [vectors_of(encoder, [item])[0] for item in items]
    np.testing.assert_array_equal(again, first)
    np.testing.assert_array_equal(alone, first)
    assert np.abs(first[0] - first[4]).max() > 1e-3


def test_what_is_stored_is_what_was_computed(encoder, items, tmp_path):
    store = ActivationStore(tmp_path, limit=10**9)
    (table,), _ = encode(items, [encoder], store)
    ids = [item.fingerprint for item in items]
    outputs = [table.read(ids, name) for name in encoder.key.outputs]
    assert tuple(output.shape[1] for output in outputs) == encoder.sizes
    np.testing.assert_array_equal(np.concatenate(outputs, axis=1), vectors_of(encoder, items))
