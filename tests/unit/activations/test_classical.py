"""Features without transfer: small pixels and oriented gradients."""

import numpy as np
from PIL import Image

from headstart.activations.classical import ClassicalEncoder


def vector_of(image):
    found = []
    encoder = ClassicalEncoder()
    encoder.start(encoder.prepare(image), found.append)
    encoder.finish()
    (vector,) = found
    return vector


def picture(seed=0, size=(50, 70)):
    pixels = np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def test_pixels_come_first_and_gradients_after():
    vector = vector_of(Image.new("RGB", (100, 80), (255, 0, 51)))
    pixels, gradients = ClassicalEncoder.sizes
    assert vector.shape == (pixels + gradients,)
    assert vector.dtype == np.float32
    np.testing.assert_allclose(vector[:pixels].reshape(-1, 3), [[1, 0, 0.2]] * 256, rtol=1e-6)
    assert not vector[pixels:].any()  # one colour has no gradient


def test_gradients_tell_stripes_that_lie_from_stripes_that_stand():
    stripes = np.zeros((64, 64, 3), dtype=np.uint8)
    stripes[::4], stripes[1::4] = 255, 255
    lying, standing = (Image.fromarray(s) for s in (stripes, stripes.transpose(1, 0, 2).copy()))
    start = ClassicalEncoder.sizes[0]
    by_bin = [vector_of(image)[start:].reshape(-1, 9).mean(axis=0) for image in (lying, standing)]
    assert by_bin[0].argmax() != by_bin[1].argmax()


def test_the_same_picture_gives_the_same_vector():
    np.testing.assert_array_equal(vector_of(picture()), vector_of(picture()))
    assert np.abs(vector_of(picture(0)) - vector_of(picture(1))).max() > 0.1


def test_any_size_will_do():
    lengths = {len(vector_of(picture(size=size))) for size in [(1, 1), (3, 900), (64, 64)]}
    assert lengths == {sum(ClassicalEncoder.sizes)}
