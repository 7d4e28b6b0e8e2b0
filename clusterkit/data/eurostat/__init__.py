"""Eurostat's files, whatever their format, read with their flags into one long table.

A cell such as ``1234 b`` becomes the value 1234 and the flag ``b``; ``: c`` becomes an unknown
value with the flag ``c`` (confidential). A cell without a number is never a zero.

- ``blocks`` – a file as blocks of whole lines, plain or gzip;
- ``layout`` – what the first line says: format, dimensions, years;
- ``cells`` – the text of a cell as value and flags;
- ``repeats`` – the same series and year twice;
- ``findings`` – everything that is wrong with one file, gathered;
- ``reading`` – the readers.
"""

from clusterkit.data.eurostat.cells import FLAGS
from clusterkit.data.eurostat.reading import read, read_chunks, read_tsv

__all__ = ["FLAGS", "read", "read_chunks", "read_tsv"]
