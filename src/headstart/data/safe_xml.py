"""Read a small XML file that may come from anybody."""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from headstart.errors import UnreadableInputError

#: An annotation of one picture is never this large.
_MOST_BYTES = 50_000_000


class _Plain(TreeBuilder):
    """Builds a tree, and stops at the first word of a document type."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise UnreadableInputError(
            "it declares a document type, which can define entities; XML without one is accepted"
        )


def read_xml(content: bytes) -> Element:
    """The root of a document without a document type.

    A document type can define texts that grow without end when they are put in, or that name other
    files, and annotations need none: it is refused.

    Raises
    ------
    UnreadableInputError
        With a reason of a few words.

    Examples
    --------
    >>> read_xml(b"<annotation><folder>photos</folder></annotation>").findtext("folder")
    'photos'
    >>> read_xml(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")
    Traceback (most recent call last):
    ...
    headstart.errors.UnreadableInputError: it declares a document type, which can define ...
    """
    if not content.strip():
        raise UnreadableInputError("empty file")
    if len(content) > _MOST_BYTES:
        raise UnreadableInputError(f"{len(content)} bytes; at most {_MOST_BYTES} are accepted")
    parser = XMLParser(target=_Plain())
    try:
        parser.feed(content)
        root: Element = parser.close()
    except (ParseError, LookupError, ValueError) as error:  # an unknown encoding is a LookupError
        if isinstance(error, UnreadableInputError):
            raise
        raise UnreadableInputError(f"not XML that can be read: {error}") from error
    return root
