"""The file of an HTML form. It stays in memory: a request never writes to the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from headstart.serve.refusals import RefusedError

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks


def form_file(body: bytes, content_type: str) -> bytes:
    """The content of the only part of a form that is a file.

    Parameters
    ----------
    body : bytes
        Of type ``multipart/form-data``.
    content_type : str
        With the boundary.

    Raises
    ------
    RefusedError
        400 if it is no such form, 422 if it holds no file or several.
    """
    _, options = parse_options_header(content_type)
    parts = _Parts()
    try:
        parser = MultipartParser(options[b"boundary"], parts.callbacks())
        parser.write(body)
        parser.finalize()
    except (KeyError, ValueError, FormParserError) as error:
        raise RefusedError(400, f"The form cannot be read: {str(error)[:200]}") from None
    if len(parts.files) != 1:
        raise RefusedError(
            422, f"The form holds {len(parts.files)} files; accepted is one picture a form."
        )
    return b"".join(parts.files[0])


class _Parts:
    """Collects the parts that are files."""

    def __init__(self) -> None:
        self.files: list[list[bytes]] = []
        self._name = b""
        self._value = b""
        self._is_file = False

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._add_name,
            "on_header_value": self._add_value,
            "on_header_end": self._end_header,
            "on_headers_finished": self._end_headers,
            "on_part_data": self._add_data,
        }

    def _begin(self) -> None:
        self._is_file = False

    def _add_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _add_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._is_file = b"filename" in parse_options_header(self._value)[1]
        self._name = self._value = b""

    def _end_headers(self) -> None:
        if self._is_file:
            self.files.append([])

    def _add_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self.files[-1].append(data[start:end])
