"""Sound as pictures: log-mel spectrograms of short clips, all of the same size."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import Image

#: Bands and columns of a picture.
SIDE = 64
_SECONDS = 0.8
_WINDOW, _PADDED = 256, 1024
#: What is so much weaker than the loudest place is black.
_DECIBELS = 70.0


def spectrogram(path: Path) -> Image.Image:
    """A grey picture of 64 by 64 pixels: time to the right, pitch upwards, loud is white.

    Clips are cut or filled with silence to 0.8 seconds.
    """
    from PIL import Image
    from scipy.io import wavfile
    from scipy.signal import spectrogram as short_time_power

    rate, samples = wavfile.read(path)
    hop = int(_SECONDS * rate) // SIDE
    length = hop * (SIDE - 1) + _WINDOW
    sound = np.zeros(length)
    some = samples[:length].astype(np.float64)
    sound[: len(some)] = some / max(np.abs(some).max(), 1.0)
    frequencies, _, power = short_time_power(
        sound, rate, nperseg=_WINDOW, noverlap=_WINDOW - hop, nfft=_PADDED
    )
    loudness = 10 * np.log10(mel_bands(frequencies, rate) @ power + 1e-20)
    shares = 1 + (loudness - loudness.max()) / _DECIBELS
    pixels = (255 * shares.clip(0, 1)).round().astype(np.uint8)
    return Image.fromarray(np.ascontiguousarray(pixels[::-1, :SIDE]))


def mel_bands(frequencies: NDArray[Any], rate: int) -> NDArray[np.float64]:
    """Triangles of shape (64, n_frequencies), evenly spread over the mel scale up to half the rate.

    The scale is that of O'Shaughnessy, *Speech communication*, 1987.
    """
    top = 2595 * np.log10(1 + rate / 2 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, SIDE + 2) / 2595) - 1)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (frequencies - low) / (middle - low), (high - frequencies) / (high - middle)
    return np.asarray(np.minimum(rising, falling).clip(0))
