"""Numbers and counts in plain words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

#: How a figure is written.
Form = Literal["percent", "plain", "amount"]
PERCENT = "\u00a0%"

#: What a sample is called, by modality: one, and many.
NOUNS = {
    "image": ("picture", "pictures"),
    "text": ("text", "texts"),
    "embedding": ("sample", "samples"),
}

#: What the baselines do, for somebody who does not know the words.
BASELINE_MEANINGS = (
    ("with transfer", "starts from the source"),
    ("majority", "always answers the most common class"),
    ("mean of the training", "always answers the mean of the training samples"),
    ("mean box", "always answers where boxes are on average"),
    ("class at each place", "always answers what is usual at that place of a picture"),
    ("class for every pixel", "always answers the most common class"),
    ("hog", "learns from your pictures alone: small copies of them and the directions of edges"),
    ("tf-idf", "learns from your texts alone: which words and pieces of words they hold"),
    ("classical", "learns from your data alone, with classical methods"),
    ("random", "the shape of the source without what it learned"),
    ("scratch", "the same network trained on your data alone"),
)


def noun(modality: str, count: int = 2) -> str:
    """The word for samples of a modality.

    Examples
    --------
    >>> noun("image"), noun("embedding", 1)
    ('pictures', 'sample')
    """
    one, many = NOUNS.get(modality, NOUNS["embedding"])
    return one if count == 1 else many


def counted(count: int, modality: str) -> str:
    """A count with its noun.

    Examples
    --------
    >>> counted(1, "image"), counted(1200, "image")
    ('1 picture', '1,200 pictures')
    """
    return f"{count:,} {noun(modality, count)}"


def counted_of(count: int, whole: int) -> str:
    """A count, and of how many where it is not all of them.

    Examples
    --------
    >>> counted_of(50, 50), counted_of(20, 1500)
    ('50', '20 of 1,500')
    """
    return f"{count:,}" if count == whole else f"{count:,} of {whole:,}"


def of_hundred(share: float) -> str:
    """A share as a count out of 100; never 100 unless it is all, never 0 unless it is none.

    Examples
    --------
    >>> of_hundred(0.941), of_hundred(0.998), of_hundred(0.0), of_hundred(0.9999), of_hundred(0.002)
    ('94', '99.8', '0', '99.9', '0.2')
    """
    hundredths = 100 * share
    if not 0 < hundredths < 100 or 0 < round(hundredths) < 100:
        return f"{hundredths:.0f}"
    if hundredths < 1:
        return f"{max(hundredths, 0.1):.1f}"
    return f"{min(math.floor(10 * hundredths) / 10, 99.9):.1f}"


def signed_of_hundred(share: float) -> str:
    """A difference of shares, out of 100, with its sign.

    Examples
    --------
    >>> signed_of_hundred(0.12), signed_of_hundred(-0.0004), len(signed_of_hundred(-0.034))
    ('+12', '0', 2)
    """
    hundredths = round(100 * share)
    if hundredths == 0:
        return "0"
    return f"+{hundredths}" if hundredths > 0 else f"\N{MINUS SIGN}{-hundredths}"


def amount(value: float) -> str:
    """A number in the unit of the targets, to four digits.

    Examples
    --------
    >>> amount(12.34567), amount(0.012345), amount(123456.7), amount(-3.0), amount(1.5e-7)
    ('12.35', '0.01235', '123,457', '-3', '1.5e-07')
    """
    if value != 0 and not 1e-4 <= abs(value) < 1e9:
        return f"{value:.4g}"
    whole_digits = math.floor(math.log10(abs(value))) + 1 if value else 1
    text = f"{value:,.{max(4 - whole_digits, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def formed(value: float, form: Form) -> str:
    r"""A figure as text: a share in percent, a plain number, or an amount in the targets' unit.

    Examples
    --------
    >>> formed(0.941, "percent"), formed(-0.0001, "plain"), formed(12.34567, "amount")
    ('94.1\xa0%', '0.000', '12.35')
    """
    if form == "amount":
        return amount(value)
    return f"{100 * value:.1f}{PERCENT}" if form == "percent" else f"{value:z.3f}"


def listed(words: Sequence[str]) -> str:
    """Words as an English list.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def baseline_meaning(name: str) -> str:
    """What a model without transfer does; empty for a name that is not known.

    Examples
    --------
    >>> baseline_meaning("majority class")
    'always answers the most common class'
    """
    lowered = name.lower()
    return next((said for word, said in BASELINE_MEANINGS if word in lowered), "")


def duration(seconds: float) -> str:
    """Seconds for people.

    Examples
    --------
    >>> duration(0.034), duration(7.26), duration(252)
    ('under 0.1 s', '7.3 s', '4 min 12 s')
    """
    if seconds < 0.05:
        return "under 0.1 s"
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
