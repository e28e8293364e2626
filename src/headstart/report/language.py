"""The languages of a report: a catalogue of what it says, and how one text is translated."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from headstart.errors import InputError

#: What can be asked for, and how HTML calls it.
LANGUAGES: Mapping[str, str] = {"en": "en", "zh": "zh-Hans"}

_LETTER = re.compile("[A-Za-z]")
_SENTENCE_END = re.compile("[.?!] ")
#: Nothing that headstart says is as long; a name from the data may be.
_MOST_SENTENCES = 20
#: In a form: ``{name}`` is any text, ``{name#}`` a number, ``{name:a|b}`` one of some words.
_FIELD = re.compile(r"\{(?P<name>\w+)(?P<kind>#|:[^}]*)?\}")
#: In a translation: ``{name}`` as it was found, ``{name!}`` translated, ``{name!unit}`` by a hint.
_PLACE = re.compile(r"\{(?P<name>\w+)(?P<again>!\w*)?\}")
_NUMBER = "[-+\N{MINUS SIGN}]?[0-9]+(?:[.,][0-9]+)*(?:e[-+][0-9]+)?"


@dataclass(frozen=True)
class Translation:
    """A text in another language.

    Parameters
    ----------
    text : str
        What can be shown.
    missing : tuple of str
        Parts of it that nobody has translated: they stand there in English.
    """

    text: str
    missing: tuple[str, ...] = ()

    @property
    def n_missing(self) -> int:
        """Characters that are still English."""
        return sum(map(len, self.missing))


@dataclass(frozen=True)
class Language:
    """What a report says, in one language.

    Parameters
    ----------
    name : str
        One of :data:`LANGUAGES`.
    page : mapping of str to str
        Words of the page itself, as messages with ``%(name)s`` for what is filled in.
    exact : mapping of str to str
        Whole texts.
    forms : sequence of (Pattern, str)
        Texts with something in them, tried in order, each with its translation.
    """

    name: str
    page: Mapping[str, str] = field(default_factory=dict)
    exact: Mapping[str, str] = field(default_factory=dict)
    forms: Sequence[tuple[re.Pattern[str], str]] = ()

    @property
    def tag(self) -> str:
        """For the ``lang`` attribute of HTML."""
        return LANGUAGES[self.name]

    def message(self, text: str) -> str:
        """Words of the page, to be filled with ``%``; in English where there are no others."""
        return self.page.get(text, text)

    def translate(self, text: str) -> Translation:
        """A text that headstart wrote: as a whole, or sentence by sentence.

        Examples
        --------
        >>> cats = as_pattern("{many#} {what:cats|dogs} of “{name}”")
        >>> exact, forms = {"cats": "chats", "Good.": "Bon."}, ((cats, "{name}: {many} {what!}"),)
        >>> french = Language("zh", {}, exact, forms)
        >>> french.translate("2 cats of “cats”").text
        'cats: 2 chats'
        >>> french.translate("Good. Who knows?")
        Translation(text='Bon. Who knows?', missing=('Who knows?',))
        """
        whole = self._whole(text)
        if whole is not None and not whole.missing:
            return whole
        # A form that begins with one sentence and ends with another fits, and means neither.
        parts = self._by_sentence(text)
        return parts if whole is None or parts.n_missing < whole.n_missing else whole

    def _whole(self, text: str) -> Translation | None:
        if text in self.exact:
            return Translation(self.exact[text])
        for pattern, translation in self.forms:
            if found := pattern.fullmatch(text):
                return self._filled(found, translation)
        return None if _LETTER.search(text) else Translation(text)

    def _filled(self, found: re.Match[str], translation: str) -> Translation:
        missing: list[str] = []

        def put(place: re.Match[str]) -> str:
            given, again = found[place["name"]], place["again"]
            if again is None:
                return given
            if again != "!":
                return self.exact.get(f"{given}|{again[1:]}", "")
            inner = self.translate(given)
            missing.extend(inner.missing)
            return inner.text

        return Translation(_PLACE.sub(put, translation), tuple(missing))

    def _by_sentence(self, text: str) -> Translation:
        ends = [found.start() + 1 for found in _SENTENCE_END.finditer(text)]
        if len(ends) > _MOST_SENTENCES:
            return Translation(text, (text,))
        for end in ends:
            head = self._whole(text[:end])
            if head is not None:
                return _joined(head, self.translate(text[end + 1 :]))
        if not ends:
            return Translation(text, (text,))
        first, rest = text[: ends[0]], text[ends[0] + 1 :]
        after = self.translate(rest)
        if after.missing == (rest,):
            return Translation(text, (text,))
        return _joined(Translation(f"{first} ", (first,)), after)


def _joined(first: Translation, second: Translation) -> Translation:
    """Two sentences; Chinese has no space between them, English words need one."""
    space = " " if _LETTER.match(second.text) and not first.text.endswith(" ") else ""
    return Translation(first.text + space + second.text, first.missing + second.missing)


def as_pattern(form: str) -> re.Pattern[str]:
    """What matches a text of this form as a whole.

    A name that comes twice stands for the same text twice.

    Examples
    --------
    >>> as_pattern("“{a}” has {n#} rows.").fullmatch("“x.csv” has 1,200 rows.").groupdict()
    {'a': 'x.csv', 'n': '1,200'}
    """
    parts: list[str] = []
    known: set[str] = set()
    end = 0
    for place in _FIELD.finditer(form):
        parts.append(re.escape(form[end : place.start()]))
        parts.append(_group(place["name"], place["kind"], place["name"] in known))
        known.add(place["name"])
        end = place.end()
    parts.append(re.escape(form[end:]))
    return re.compile("".join(parts), re.DOTALL)


def _group(name: str, kind: str | None, is_known: bool) -> str:
    if is_known:
        return f"(?P={name})"
    if kind is None:
        return f"(?P<{name}>.+?)"
    words = _NUMBER if kind == "#" else "|".join(map(re.escape, kind[1:].split("|")))
    return f"(?P<{name}>{words})"


def check_language(name: str) -> None:
    """Refuse a language that nobody has translated the report into.

    Raises
    ------
    InputError
        Naming those that are accepted.
    """
    if name not in LANGUAGES:
        raise InputError(
            f"There is no report in the language {name!r}. Accepted: en (English), "
            "zh (Simplified Chinese), as in: headstart report RUN --language zh"
        )


@cache
def language_named(name: str) -> Language:
    """A language with its catalogue; English needs none.

    Raises
    ------
    InputError
        If there is no such language.
    """
    check_language(name)
    if name == "en":
        return Language(name)
    file = files("headstart.report") / "languages" / f"{name}.json"
    catalogue: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    forms = tuple((as_pattern(form), said) for form, said in catalogue["forms"])
    return Language(name, catalogue["page"], catalogue["exact"], forms)
