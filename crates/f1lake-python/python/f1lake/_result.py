"""The result of a query."""

from __future__ import annotations

import shutil
from html import escape
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from . import _f1lake

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

#: Number of rows in the representations.
SHOWN = 10
GAP = "  "


class Result:
    """Rows of a query, in memory.

    Every library that supports the Arrow PyCapsule interface reads it without a copy:
    ``polars.DataFrame(result)``, ``pyarrow.table(result)``, ``duckdb.from_arrow(result)`` or ``FROM result`` in DuckDB,
    ``pandas.DataFrame.from_arrow(result)`` (pandas 3). It can be read any number of times.

    >>> result = f1lake.sql("select driver_number, lap_number from fact_laps")  # doctest: +SKIP
    >>> result.num_rows, result.column_names  # doctest: +SKIP
    (1077, ['driver_number', 'lap_number'])
    """

    def __init__(self, rows: _f1lake.Rows) -> None:
        self._rows = rows

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """A stream of the rows, for other libraries."""
        return self._rows.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        """The columns, for other libraries."""
        return self._rows.__arrow_c_schema__()

    @property
    def num_rows(self) -> int:
        """Number of rows."""
        return self._rows.num_rows

    @property
    def column_names(self) -> list[str]:
        """Names of the columns."""
        return self._rows.column_names

    @property
    def column_types(self) -> list[str]:
        """Arrow types of the columns."""
        return self._rows.column_types

    @property
    def nbytes(self) -> int:
        """Size of the rows in memory, in bytes."""
        return self._rows.nbytes

    def __len__(self) -> int:
        return self.num_rows

    def to_arrow(self) -> pyarrow.Table:
        """The rows as a ``pyarrow.Table``, without a copy. Needs pyarrow."""
        import pyarrow

        return pyarrow.table(self)

    def to_polars(self) -> polars.DataFrame:
        """The rows as a ``polars.DataFrame``, without a copy. Needs Polars."""
        import polars

        return polars.DataFrame(self)

    def to_pandas(self, **options: Any) -> pandas.DataFrame:
        """The rows as a ``pandas.DataFrame``. Needs pandas and pyarrow.

        ``options`` are those of ``pyarrow.Table.to_pandas``. Native pandas columns are copies;
        ``types_mapper=pandas.ArrowDtype`` keeps the Arrow columns.
        """
        return self.to_arrow().to_pandas(**options)

    def _shape(self) -> str:
        columns = len(self.column_names)
        return f"{self.num_rows:,} {_plural(self.num_rows, 'row')}, {columns} {_plural(columns, 'column')}"

    def __repr__(self) -> str:
        lines = [self.column_names, *self._rows.texts(SHOWN)]
        lines = [[_short(text) for text in line] for line in lines]
        widths = [max(map(len, column)) for column in zip(*lines)]
        ends = list(accumulate(width + len(GAP) for width in widths))
        room = shutil.get_terminal_size((120, 24)).columns
        if ends and ends[-1] > room + len(GAP):
            fitting = max(1, sum(end < room for end in ends))
            lines = [[*line[:fitting], "…"] for line in lines]
            widths = [*widths[:fitting], 1]
        text = "\n".join(GAP.join(map(str.ljust, line, widths)).rstrip() for line in lines)
        more = "\n..." if self.num_rows > SHOWN else ""
        return f"{text}{more}\n[{self._shape()}]"

    def _repr_html_(self) -> str:
        def cells(tag: str, texts: list[str]) -> str:
            return "<tr>" + "".join(f"<{tag}>{escape(text)}</{tag}>" for text in texts) + "</tr>"

        heads = "".join(
            f'<th title="{escape(kind)}">{escape(name)}</th>'
            for name, kind in zip(self.column_names, self.column_types)
        )
        body = "".join(cells("td", row) for row in self._rows.texts(SHOWN))
        if self.num_rows > SHOWN:
            body += cells("td", ["…"] * len(self.column_names))
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table><p>{self._shape()}</p>"


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"


def _short(text: str, most: int = 40) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"
