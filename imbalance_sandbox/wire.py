"""What passes between the judge and a student's process: frames of plain values, never objects.

A frame is a length and that many bytes of msgpack. Beyond msgpack's own types there are exactly
the plain values of `imbalance_lab.checks.plain`: each has a code, is rebuilt from numbers and
strings, and every length, type and shape is checked before anything is made of it. Nothing is
ever unpickled, evaluated or looked up by name.
"""

from __future__ import annotations

import math
import re
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

import msgpack
import numpy as np
import pandas as pd

_DTYPE = re.compile(r"[<>|]([biufcSU]\d{1,7}|[mM]8(\[\d{0,4}[a-zA-Zμ]{1,3}\])?)")
_PANDAS = re.compile(r"object|str|string|boolean|U?Int(8|16|32|64)|Float(32|64)")
_MOST_ITEMS = 5_000_000
_MOST_DIMENSIONS = 16
_DEEPEST = 40
_LENGTH = struct.Struct(">I")
_PIECE = 1 << 16
_FRAME_SECONDS = 10.0  # from its first byte to its last
_MOST_COLUMNS = 10_000
_MOST_CATEGORIES = 1_000
_MOST_LABELS = 2_000  # of an index of several levels
_COST_OF_PANDAS = 200  # elements: an object of pandas takes as long to make as so many
_MOST_ALIKE = 16  # keys of one hash: each costs as many steps as there are before it
_SMALL = 64
_MOST_KEYS = 50_000  # of all sets and dicts that are not small: few enough for the worst of them

FRAME_BYTES = 64 << 20


class WireError(ValueError):
    """Bytes that are no frame, or a value that has no place in one."""


class TooMuch(WireError):
    """A value that would cost the reader too much; the message may be shown to its sender."""


def encode(value: Any) -> bytes:
    """Return the bytes of a plain value.

    Raises
    ------
    WireError
        If it holds anything that is not plain.
    """
    try:
        return bytes(
            msgpack.packb(value, default=_extend, strict_types=True, unicode_errors="surrogatepass")
        )
    except WireError:
        raise
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise WireError(str(error)) from None


def decode(data: bytes) -> Any:
    """Return the plain value of some bytes, which nobody needs to trust.

    Raises
    ------
    WireError
        If they are anything else than what `encode` writes.
    """
    return Decoder().decode(data)


# --- extended types: code, how it is written, how it is read -------------------------------------


def _extend(value: Any) -> msgpack.ExtType:
    kind = type(value)
    for code, (types, write, _) in _CODES.items():
        if kind in types or (code == _INDEX and isinstance(value, pd.Index)):
            return msgpack.ExtType(code, encode(write(value)))
    if isinstance(value, np.generic):
        return msgpack.ExtType(_SCALAR, encode(_write_array(np.asarray(value))))
    raise WireError(f"{kind.__name__} is not a plain value")


class Decoder:
    """Reads frames that belong together, and bounds what that costs.

    A frame says little of what it costs to rebuild what it holds: a byte may be an object, and
    numbers may be chosen so that a set compares each with every other one.

    Parameters
    ----------
    most : int
        How many elements all its lists, sets and dicts may have together.
    """

    def __init__(self, most: int = _MOST_ITEMS) -> None:
        self.depth = 0  # every extended value starts msgpack anew
        self.left = self.most = most
        self.keys = _MOST_KEYS

    def decode(self, data: bytes) -> Any:
        """Return the plain value of some bytes.

        Raises
        ------
        WireError
        MemoryError
        """
        self.depth += 1
        if self.depth > _DEEPEST:
            raise WireError("nested too deeply")
        try:
            return msgpack.unpackb(
                data,
                ext_hook=self._extended,
                list_hook=self._counted,
                object_pairs_hook=self._dict,
                strict_map_key=False,
                unicode_errors="surrogatepass",
                timestamp=1,  # msgpack's own type for times: a plain float
            )
        except (WireError, MemoryError):
            raise
        except Exception as error:  # whatever msgpack, NumPy or pandas makes of hostile parts
            raise WireError(f"not a frame: {type(error).__name__}") from None
        finally:
            self.depth -= 1

    def _extended(self, code: int, data: bytes) -> Any:
        if code not in _CODES:
            raise WireError(f"unknown code {code}")
        parts = self.decode(data)
        if code in _PANDAS_CODES:
            self._take(_COST_OF_PANDAS)
        if code in _SETS and type(parts) is list:
            self._expect_spread(parts)
        return _CODES[code][2](parts)

    def _counted(self, items: list[Any]) -> list[Any]:
        self._take(len(items) + 1)
        return items

    def _take(self, elements: int) -> None:
        self.left -= elements
        if self.left < 0:
            raise TooMuch(f"more than {self.most:,} elements in lists, sets and dicts")

    def _dict(self, pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
        self._counted(pairs)
        self._expect_spread([key for key, _ in pairs])
        return dict(pairs)

    def _expect_spread(self, keys: list[Any]) -> None:
        """Refuse keys that would take squared time to look up.

        Many of one hash do. So do many of different hashes, where those that came before stand in
        each place to which their way through the table leads; that can only be had by few of them.
        """
        if len(keys) <= _SMALL:
            return
        hashes = np.fromiter(map(hash, keys), dtype=np.int64, count=len(keys))
        if int(np.unique(hashes, return_counts=True)[1].max()) > _MOST_ALIKE:
            raise TooMuch("a set or dict of values that are made to get into each other's way")
        self.keys -= len(keys)
        if self.keys < 0:
            raise TooMuch(f"more than {_MOST_KEYS:,} elements in large sets and dicts")


def _expect(condition: bool, what: str) -> None:
    if not condition:
        raise WireError(what)


def _expect_few(count: int, most: int, what: str) -> None:
    if count > most:
        raise TooMuch(f"{count:,} {what}, more than the {most:,} that are compared")


def _read_integer(text: Any) -> int:
    _expect(type(text) is str and len(text) <= 4000, "a long integer is written as a string")
    return int(text)


def _read_complex(parts: Any) -> complex:
    _expect(type(parts) is list and [type(p) for p in parts] == [float, float], "complex")
    return complex(*parts)


def _read_set(make: Callable[[list[Any]], Any]) -> Callable[[Any], Any]:
    def read(items: Any) -> Any:
        _expect(type(items) is list, "a collection is written as a list")
        return make(items)

    return read


def _read_tuple(items: Any) -> tuple[Any, ...]:
    _expect(type(items) is list, "a collection is written as a list")
    return tuple(items)


def _write_array(array: np.ndarray) -> list[Any]:
    if array.dtype.kind == "O":
        return ["O", list(array.shape), array.ravel().tolist()]
    _expect(array.dtype.kind in "biufcSUmM", f"an array of dtype {array.dtype}")
    return [array.dtype.str, list(array.shape), array.tobytes()]


def _read_array(parts: Any) -> np.ndarray:
    _expect(type(parts) is list and len(parts) == 3, "an array has three parts")
    name, shape, data = parts
    _expect(type(name) is str and type(shape) is list, "an array's dtype and shape")
    _expect(len(shape) <= _MOST_DIMENSIONS, "too many dimensions")
    _expect(all(type(n) is int and 0 <= n <= _MOST_ITEMS for n in shape), "an array's shape")
    size = math.prod(shape)
    # Also where one of them is 0: as lists, the others would be as many lists.
    _expect(math.prod(max(n, 1) for n in shape) <= _MOST_ITEMS, "too many elements")
    if name == "O":
        _expect(type(data) is list and len(data) == size, "an object array's elements")
        flat = np.empty(size, dtype=object)
        flat[:] = data
        return flat.reshape(shape)
    _expect(bool(_DTYPE.fullmatch(name)), "an array's dtype")
    dtype = np.dtype(name)
    _expect(dtype.itemsize > 0, "an array's dtype")  # or it would be made of nothing
    _expect(type(data) is bytes and len(data) == size * dtype.itemsize, "an array's bytes")
    if not data:
        return np.zeros(shape, dtype)
    return np.frombuffer(data, dtype).reshape(shape).copy()


def _read_scalar(parts: Any) -> Any:
    array = _read_array(parts)
    _expect(array.shape == () and array.dtype.kind != "O", "a scalar has no dimension")
    return array[()]


def _write_values(values: Any) -> list[Any]:
    """Write the values of a pandas object, which may have types of its own."""
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        codes = np.asarray(values.codes if isinstance(values, pd.Categorical) else values.cat.codes)
        return ["category", codes, pd.Index(dtype.categories), bool(dtype.ordered)]
    if isinstance(dtype, np.dtype) and dtype.kind != "O":
        return ["array", np.asarray(values)]
    name = str(dtype)
    _expect(bool(_PANDAS.fullmatch(name)), f"a column of dtype {name}")
    items = [None if item is pd.NA or item is pd.NaT else item for item in list(values)]
    return [name, items]


def _read_values(parts: Any) -> Any:
    _expect(type(parts) is list and len(parts) >= 2, "values have a type")
    name = parts[0]
    if name == "array":
        _expect(len(parts) == 2 and type(parts[1]) is np.ndarray, "a column's array")
        _expect(parts[1].ndim == 1, "a column has one dimension")
        return parts[1]
    if name == "category":
        _expect(len(parts) == 4 and isinstance(parts[2], pd.Index), "categories")
        _expect_few(len(parts[2]), _MOST_CATEGORIES, "categories")
        return pd.Categorical.from_codes(parts[1], parts[2], ordered=parts[3] is True)
    _expect(type(name) is str and bool(_PANDAS.fullmatch(name)), "a column's dtype")
    _expect(len(parts) == 2 and type(parts[1]) is list, "a column's items")
    return pd.array(parts[1], dtype=name)


def _write_index(index: pd.Index) -> list[Any]:
    if isinstance(index, pd.RangeIndex):
        return ["range", [index.start, index.stop, index.step], index.name]
    if isinstance(index, pd.MultiIndex):
        return ["multi", list(index), list(index.names)]
    return ["index", _write_values(pd.Series(index)), index.name]


def _read_index(parts: Any) -> pd.Index:
    _expect(type(parts) is list and len(parts) == 3, "an index has three parts")
    kind, values, name = parts
    if kind == "range":
        _expect(type(values) is list and len(values) == 3, "a range has three parts")
        _expect(all(type(v) is int for v in values) and values[2] != 0, "a range of integers")
        _expect(len(range(*values)) <= _MOST_ITEMS, "too many elements")
        return pd.RangeIndex(*values, name=name)
    if kind == "multi":
        _expect(type(values) is list and all(type(v) is tuple for v in values), "a multi-index")
        _expect(type(name) is list, "names of a multi-index")
        _expect_few(len(values), _MOST_LABELS, "labels in an index of several levels")
        return pd.MultiIndex.from_tuples(values, names=name)
    _expect(kind == "index", "an index")
    return pd.Index(_read_values(values), name=name)


def _write_series(series: pd.Series) -> list[Any]:
    return [_write_values(series), series.index, series.name]


def _read_series(parts: Any) -> pd.Series:
    _expect(type(parts) is list and len(parts) == 3, "a series has three parts")
    values, index, name = parts
    _expect(isinstance(index, pd.Index), "a series has an index")
    return pd.Series(_read_values(values), index=index, name=name)


def _write_frame(frame: pd.DataFrame) -> list[Any]:
    columns = [_write_values(frame.iloc[:, i]) for i in range(frame.shape[1])]
    return [columns, frame.index, frame.columns]


def _read_frame(parts: Any) -> pd.DataFrame:
    _expect(type(parts) is list and len(parts) == 3, "a data frame has three parts")
    columns, index, names = parts
    _expect(type(columns) is list and isinstance(index, pd.Index), "a data frame's columns")
    _expect(isinstance(names, pd.Index) and len(names) == len(columns), "a data frame's names")
    _expect_few(len(columns), _MOST_COLUMNS, "columns")
    frame = pd.DataFrame({i: _read_values(c) for i, c in enumerate(columns)}, index=index)
    frame.columns = names
    return frame


_SETS, _SCALAR, _INDEX, _PANDAS_CODES = (2, 3), 7, 8, (8, 9, 10)
_CODES: dict[int, tuple[tuple[type, ...], Callable[[Any], Any], Callable[[Any], Any]]] = {
    1: ((tuple,), list, _read_tuple),
    2: ((set,), list, _read_set(set)),
    3: ((frozenset,), list, _read_set(frozenset)),
    4: ((int,), str, _read_integer),
    5: ((complex,), lambda z: [z.real, z.imag], _read_complex),
    6: ((np.ndarray,), _write_array, _read_array),
    _SCALAR: ((), _write_array, _read_scalar),
    _INDEX: ((pd.Index,), _write_index, _read_index),
    9: ((pd.Series,), _write_series, _read_series),
    10: ((pd.DataFrame,), _write_frame, _read_frame),
}


# --- frames over a socket -------------------------------------------------------------------------


def send(link: socket.socket, value: Any, deadline: float | None = None) -> None:
    """Send one frame.

    Raises
    ------
    TimeoutError
        If the other side has not taken it when `time.monotonic` reaches the deadline.
    OSError
        If the other side is gone.
    """
    data = encode(value)
    _expect(len(data) < 1 << 32, "a value of more than 4 GB")
    view = memoryview(_LENGTH.pack(len(data)) + data)
    while view:
        link.settimeout(_remaining(deadline))
        view = view[link.send(view[: _PIECE * 16]) :]


def receive(link: socket.socket, most: int = FRAME_BYTES, deadline: float | None = None) -> Any:
    """Return the next frame's value; as `receive_bytes`, and then `decode`."""
    return decode(receive_bytes(link, most, deadline))


def receive_bytes(
    link: socket.socket, most: int = FRAME_BYTES, deadline: float | None = None
) -> bytes:
    """Return the next frame's bytes.

    Parameters
    ----------
    link : socket
    most : int
        Longest frame that is accepted, bytes.
    deadline : float, optional
        By `time.monotonic`, for its first byte. What has begun has to be there soon.

    Raises
    ------
    EOFError
        If the other side is gone.
    TimeoutError
        If nothing has come at the deadline.
    WireError
        If it is too long, or stops halfway.
    """
    first = _take(link, 1, deadline)
    deadline = time.monotonic() + _FRAME_SECONDS
    try:
        (length,) = _LENGTH.unpack(first + _take(link, _LENGTH.size - 1, deadline))
        if length > most:
            raise WireError(f"a message of {length:,} bytes, more than the {most:,} that are taken")
        return _take(link, length, deadline)
    except TimeoutError:
        raise WireError(f"a message that was not complete in {_FRAME_SECONDS:g} s") from None


def _take(link: socket.socket, length: int, deadline: float | None) -> bytes:
    data = bytearray()
    while len(data) < length:
        link.settimeout(_remaining(deadline))
        piece = link.recv(min(length - len(data), _PIECE * 16))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)


def _remaining(deadline: float | None) -> float | None:
    if deadline is None:
        return None
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds
