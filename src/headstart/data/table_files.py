"""Open a file that holds a table: CSV, TSV, Parquet or JSON lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any, Protocol

from headstart.data.file_bytes import read_bytes
from headstart.data.json_lines import read_records
from headstart.data.printable import printable
from headstart.errors import InputError, UnreadableInputError

if TYPE_CHECKING:
    import polars

JSON_ENDINGS = (".jsonl", ".ndjson")
PARQUET_ENDINGS = (".parquet", ".pq")
TABLE_ENDINGS = (".csv", ".tsv", ".txt", *PARQUET_ENDINGS, *JSON_ENDINGS)
#: What spreadsheets, R and pandas write for a value that is not there.
_MISSING = ("", "NaN", "nan", "<NA>", "#N/A")

NOT_UTF8 = "not UTF-8 text"


class Table(Protocol):
    """Rows, counted from 0, with named columns."""

    @property
    def name(self) -> str:
        """The path of the file."""
        ...

    @property
    def columns(self) -> Sequence[str]:
        """Their names."""
        ...

    @property
    def faults(self) -> Mapping[int, str]:
        """Rows that cannot be read, and why."""
        ...

    @property
    def blank(self) -> frozenset[int]:
        """Rows without any value: empty lines, which hold nothing that could be lost."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences that the user should see."""
        ...

    def __len__(self) -> int: ...

    def cells(self, column: str) -> list[str | None]:
        """Values as text without white space around it; None for what is missing."""
        ...

    def values(self, column: str) -> list[Any]:
        """Texts as they stand, and what stands in their place."""
        ...


def read_table_file(name: str, whole: bool = False) -> Table:
    """Read the table at a path.

    Parameters
    ----------
    name : str
        A path. Text is UTF-8 (or UTF-16 with a byte order mark), separated by comma, semicolon,
        tab or ``|``, with a line of column names on top; or a JSON record on each line.
    whole : bool
        Whether a row that cannot be decoded spoils the table; otherwise it is among its faults.

    Raises
    ------
    InputError
        If it cannot be read as a table.
    """
    if name.lower().endswith(PARQUET_ENDINGS):
        return _read_parquet(name)
    if name.lower().endswith(JSON_ENDINGS):
        return _read_json_lines(name)
    return _read_text(name, whole)


@dataclass(frozen=True)
class FrameTable:
    """A table in a frame of polars."""

    name: str
    frame: polars.DataFrame
    faults: Mapping[int, str] = field(default_factory=dict)
    blank: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()

    @property
    def columns(self) -> Sequence[str]:
        """Their names."""
        return self.frame.columns

    def __len__(self) -> int:
        return len(self.frame)

    def cells(self, column: str) -> list[str | None]:
        """Values as text without white space around it; None for what is missing.

        Raises
        ------
        InputError
            If the values are no text and no numbers.
        """
        import polars

        kind = self.frame[column].dtype
        if kind.is_nested() or kind in (polars.Binary, polars.Object):
            raise self._refusal(column, "text and whole numbers")
        return [_stripped(value) for value in self.frame[column].cast(polars.String).to_list()]

    def values(self, column: str) -> list[Any]:
        """Texts as they stand; None for what is missing.

        Raises
        ------
        InputError
            If the column holds something else.
        """
        import polars

        kinds = (polars.String, polars.Categorical, polars.Enum, polars.Null)
        if self.frame[column].dtype not in kinds:
            raise self._refusal(column, "text")
        return self.frame[column].to_list()

    def _refusal(self, column: str, accepted: str) -> InputError:
        return InputError(
            f"The column {column!r} of '{printable(self.name)}' holds {self.frame[column].dtype}; "
            f"accepted are {accepted}. Convert the column."
        )


@dataclass(frozen=True)
class RecordTable:
    """A table whose rows are records: each may hold other keys, and values of any kind."""

    name: str
    records: Sequence[Mapping[str, Any]]
    faults: Mapping[int, str] = field(default_factory=dict)
    blank: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()

    @property
    def columns(self) -> Sequence[str]:
        """The keys of all records, in the order of their first mention."""
        return list(dict.fromkeys(key for record in self.records for key in record))

    def __len__(self) -> int:
        return len(self.records)

    def cells(self, column: str) -> list[str | None]:
        """Values as text without white space around it; None for what is missing or no value."""
        return [_as_text(record.get(column)) for record in self.records]

    def values(self, column: str) -> list[Any]:
        """Values as they stand."""
        return [record.get(column) for record in self.records]


def _stripped(value: str | None) -> str | None:
    stripped = None if value is None else value.strip()
    return None if stripped in _MISSING else stripped


def _as_text(value: Any) -> str | None:
    """A value of JSON as it is written there."""
    if value is None or isinstance(value, (dict, list)):
        return None
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return _stripped(text.encode("utf-8", "backslashreplace").decode())


def _read_parquet(name: str) -> FrameTable:
    import polars

    try:
        return FrameTable(name, polars.read_parquet(BytesIO(_content(name))))
    except polars.exceptions.PolarsError as error:
        raise InputError(
            f"The file '{printable(name)}' cannot be read as Parquet: {error}. Write it again, or "
            "give a CSV file."
        ) from error


def _read_json_lines(name: str) -> RecordTable:
    records, faults, blank = read_records(_content(name))
    if not records or len(faults) + len(blank) == len(records):
        first = f"the first line is {next(iter(faults.values()))}" if faults else "it is empty"
        raise InputError(
            f"The file '{printable(name)}' holds no JSON record: {first}. Accepted is a record on "
            'each line, such as {"text": "a slow film", "label": "bad"}.'
        )
    return RecordTable(name, records, faults, blank)


def _read_text(name: str, whole: bool) -> FrameTable:
    content = _content(name)
    try:
        text, sign = _decode(content), None
    except UnicodeDecodeError as error:
        refusal = _not_utf8(name, content, error)
        if whole or _is_wide(content):
            raise refusal from error
        text, sign = _decode_with_sign(content)
        if sign in _header(text):
            raise refusal from error
    if not text.strip():
        raise InputError(
            f"The table '{printable(name)}' is empty. Accepted is a CSV file with the columns path "
            "and label, or text and label."
        )
    frame = _parse(name, text)
    blank = _blank_rows(frame)
    if sign is None:
        return FrameTable(name, frame, blank=blank)
    faults = dict.fromkeys(_rows_with(frame, sign), NOT_UTF8)
    if len(faults) + len(blank) == len(frame):
        raise refusal
    note = (
        f"{len(faults)} of {len(frame)} rows of '{printable(name)}' are not UTF-8 text and were "
        "set aside. Save it as 'CSV UTF-8' to have them read."
    )
    return FrameTable(name, frame, faults, blank, (note,))


def _parse(name: str, text: str) -> polars.DataFrame:
    """The frame; where tabs stand between the values, a quotation mark may be one of the text."""
    import polars

    separator = _separator(text)
    try:
        return _frame(text, separator, '"')
    except polars.exceptions.PolarsError as error:
        refusal = InputError(
            f"The table '{printable(name)}' cannot be read: {str(error).splitlines()[0]}. Each row "
            "needs as many values as there are column names; put values that hold the separator "
            "in double quotes."
        )
        if separator != "\t":
            raise refusal from error
    try:
        return _frame(text, separator, None)
    except polars.exceptions.PolarsError as error:
        raise refusal from error


def _frame(text: str, separator: str, quote: str | None) -> polars.DataFrame:
    import polars

    content = BytesIO(text.encode())
    return polars.read_csv(content, separator=separator, quote_char=quote, infer_schema=False)


def _content(name: str) -> bytes:
    try:
        return read_bytes(name)
    except UnreadableInputError as error:
        raise InputError(f"The table '{printable(name)}' cannot be read: {error}.") from error


def _is_wide(content: bytes) -> bool:
    """Whether it begins with the mark of UTF-16."""
    return content.startswith((b"\xff\xfe", b"\xfe\xff"))


def _decode(content: bytes) -> str:
    return content.decode("utf-16" if _is_wide(content) else "utf-8-sig")


def _not_utf8(name: str, content: bytes, error: UnicodeDecodeError) -> InputError:
    line = content[: error.start].count(b"\n") + 1
    return InputError(
        f"The table '{printable(name)}' is not UTF-8 text: line {line} holds the byte "
        f"0x{content[error.start]:02x}. Save it as 'CSV UTF-8' and try again."
    )


def _decode_with_sign(content: bytes) -> tuple[str, str]:
    """The text with a sign, which it does not hold otherwise, for each byte that is no UTF-8."""
    import re

    text = content.decode("utf-8-sig", "surrogateescape")
    sign = next(chr(code) for code in range(0xE000, 0xF900) if chr(code) not in text)
    return re.sub("[\udc80-\udcff]", sign, text), sign


def _rows_with(frame: polars.DataFrame, sign: str) -> list[int]:
    import polars

    found = polars.any_horizontal(polars.all().str.contains(sign, literal=True).fill_null(False))
    return frame.select(found).to_series().arg_true().to_list()


def _blank_rows(frame: polars.DataFrame) -> frozenset[int]:
    """Empty lines, of which polars makes rows without any value."""
    import polars

    blank = frame.select(polars.all_horizontal(polars.all().is_null())).to_series()
    return frozenset(blank.arg_true().to_list())


def _header(text: str) -> str:
    return next((line for line in text.splitlines() if line.strip()), "")


def _separator(text: str) -> str:
    """The candidate that the line of column names holds most often, outside quotes."""
    unquoted = "".join(_header(text).split('"')[::2])
    return max(",;\t|", key=unquoted.count)
