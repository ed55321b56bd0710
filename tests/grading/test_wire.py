"""Plain values come through the wire as they were, and nothing else comes through at all."""

from __future__ import annotations

import math
import socket
import struct
import sys
import threading
import time
from typing import Any

import msgpack
import numpy as np
import pandas as pd
import pytest

from imbalance_lab.checks import Call, Raised, Returned, Step, Unusable
from imbalance_sandbox import questions, wire

VALUES = [
    None,
    True,
    0,
    -(2**63),
    2**64,
    -(10**300),
    1.5,
    -0.0,
    math.inf,
    1 + 2j,
    "",
    "ü\x00\ud800",
    b"\xff\x00",
    [],
    [1, [2.0, ["x"]]],
    (),
    (1, (2,)),
    {1, "a", (2, 3)},
    frozenset({1}),
    {1: "a", "b": [2], (1, "x"): {"y": None}, 2.5: True},
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_value_comes_back_the_same(value: Any) -> None:
    back = wire.decode(wire.encode(value))
    assert type(back) is type(value)
    assert back == value


def test_exact_types_inside_containers() -> None:
    back = wire.decode(wire.encode([1, 1.0, True, (1,), "1", b"1"]))
    assert [type(item) for item in back] == [int, float, bool, tuple, str, bytes]


def test_not_a_number_comes_back() -> None:
    assert math.isnan(wire.decode(wire.encode(math.nan)))


@pytest.mark.parametrize("dtype", ["?", "i1", "u8", ">i4", "f2", "f4", "f8", "c16", "U3", "S2"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0), (2, 3, 4)])
def test_array_comes_back(dtype: str, shape: tuple[int, ...]) -> None:
    array = np.arange(math.prod(shape)).reshape(shape).astype(dtype)
    back = wire.decode(wire.encode(array))
    assert back.dtype == array.dtype
    np.testing.assert_array_equal(back, array)
    assert back.flags.writeable
    assert back.flags.owndata or back.base.flags.owndata


@pytest.mark.parametrize(
    "array",
    [
        np.array(["2020-01-01", "NaT"], dtype="M8[ns]"),
        np.array([1, 2], dtype="m8[s]"),
        np.array([None, "a", 1, (2, 3)], dtype=object),
        np.array([[None], [2.5]], dtype=object),
        np.asfortranarray(np.arange(6).reshape(2, 3)),
    ],
)
def test_unusual_array_comes_back(array: np.ndarray) -> None:
    back = wire.decode(wire.encode(array))
    assert back.dtype == array.dtype
    np.testing.assert_array_equal(back, array)


@pytest.mark.parametrize("scalar", [np.float32(1.5), np.int8(-3), np.str_("x"), np.bool_(True)])
def test_numpy_scalar_comes_back(scalar: np.generic) -> None:
    back = wire.decode(wire.encode(scalar))
    assert type(back) is type(scalar)
    assert back == scalar


@pytest.mark.parametrize(
    "series",
    [
        pd.Series([1, 2], index=["a", "b"], name="n"),
        pd.Series([1.5, None]),
        pd.Series(["a", None, "b"]),
        pd.Series([1, "a", None], dtype=object),
        pd.Series(["x", "y", "x"], dtype="category"),
        pd.Series([1, None], dtype="Int64"),
        pd.Series([True, None], dtype="boolean"),
        pd.Series(pd.to_datetime(["2020-01-01", None])),
        pd.Series([], dtype=float),
        pd.Series([1, 2], index=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["x", None])),
    ],
)
def test_series_comes_back(series: pd.Series) -> None:
    pd.testing.assert_series_equal(wire.decode(wire.encode(series)), series)


def test_frame_comes_back() -> None:
    frame = pd.DataFrame(
        {"n": [1, 2], "x": [0.5, None], "s": ["a", "b"], "c": pd.Categorical(["u", "v"])},
        index=pd.Index([10, 20], name="row"),
    )
    pd.testing.assert_frame_equal(wire.decode(wire.encode(frame)), frame)
    doubled = pd.DataFrame([[1, 2]], columns=["a", "a"])
    pd.testing.assert_frame_equal(wire.decode(wire.encode(doubled)), doubled)
    pd.testing.assert_frame_equal(wire.decode(wire.encode(pd.DataFrame())), pd.DataFrame())


class Float(float):
    pass


@pytest.mark.parametrize(
    "value",
    [
        object(),
        Float(1),
        lambda: 1,
        [1, object()],
        {"a": {"b": int}},
        np.array([object()], dtype=object),
        np.ma.masked_array([1], [True]),
        np.zeros(2, dtype=[("a", int)]),
        np.zeros(1).view(np.recarray),
        pd.Series([object()]),
        pd.Series([pd.Period("2020")]),
        10**5000,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_plain_is_refused(value: Any) -> None:
    with pytest.raises(wire.WireError):
        wire.encode(value)


def ext(code: int, value: Any) -> bytes:
    return msgpack.packb(msgpack.ExtType(code, msgpack.packb(value, use_bin_type=True)))


def nested(levels: int) -> bytes:
    data = msgpack.packb([])
    for _ in range(levels):
        data = msgpack.packb(msgpack.ExtType(1, msgpack.packb([]) if not data else b"\x91" + data))
    return data


HOSTILE = {
    "empty": b"",
    "no msgpack": b"\xc1",
    "rest": b"\xc0\xc0",
    "deep lists": b"\x91" * 100_000 + b"\xc0",
    "deep tuples": nested(200),
    "unknown code": ext(99, 1),
    "tuple of nothing": ext(1, 1),
    "set of lists": ext(2, [[1]]),
    "key that is a list": msgpack.packb({1: 2}).replace(b"\x01", b"\x90"),
    "text as integer": ext(4, "x"),
    "long integer": ext(4, "9" * 5000),
    "complex of text": ext(5, ["1", "2"]),
    "object dtype": ext(6, ["|O8", [1], b"\x00" * 8]),
    "void dtype": ext(6, ["|V8", [1], b"\x00" * 8]),
    "dtype as code": ext(6, ["__import__('os')", [1], b""]),
    "structured dtype": ext(6, ["i4,i4", [1], b"\x00" * 8]),
    "too few bytes": ext(6, ["<f8", [2], b"\x00" * 8]),
    "too many bytes": ext(6, ["<f8", [1], b"\x00" * 16]),
    "negative shape": ext(6, ["<f8", [-1], b""]),
    "huge shape": ext(6, ["<f8", [10**12], b""]),
    "huge product": ext(6, ["<f8", [10**6, 10**6], b""]),
    "huge zero": ext(6, ["<f8", [0, 10**12], b""]),
    "lists of nothing": ext(6, ["<f8", [30, 5_000_000, 0], b""]),
    "text of no letters": ext(6, ["<U0", [5_000_000], b""]),
    "shape of floats": ext(6, ["<f8", [1.0], b"\x00" * 8]),
    "shape of true": ext(6, ["<f8", [True], b"\x00" * 8]),
    "many dimensions": ext(6, ["<f8", [1] * 60, b"\x00" * 8]),
    "objects without list": ext(6, ["O", [1], b""]),
    "scalar of many": ext(7, ["<f8", [1], b"\x00" * 8]),
    "index of nothing": ext(8, ["other", [], None]),
    "range without end": ext(8, ["range", [0, 10**18, 1], None]),
    "range without step": ext(8, ["range", [0, 1, 0], None]),
    "series without index": ext(9, [["object", [1]], [0], None]),
    "frame without names": ext(10, [[], [], []]),
    "column of unknown dtype": ext(9, [["datetime64[ns, x]", []], [], None]),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_are_no_frame(name: str) -> None:
    started = time.process_time()  # of this process, however busy the machine is
    with pytest.raises(wire.WireError):
        wire.decode(HOSTILE[name])
    assert time.process_time() - started < 1


def test_time_of_msgpack_is_a_plain_number() -> None:
    assert wire.decode(b"\xd6\xff\x00\x00\x00\x01") == 1.0


def test_random_changes_of_a_frame_never_do_more_than_fail() -> None:
    rng = np.random.default_rng(0)
    frame = wire.encode([(1, {2}), np.arange(4), pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})])
    refused = 0
    for _ in range(3000):
        data = bytearray(frame)
        for place in rng.integers(0, len(data), size=int(rng.integers(1, 6))):
            data[place] = rng.integers(256)
        try:
            wire.decode(bytes(data))
        except wire.WireError:
            refused += 1
    assert 0 < refused < 3000


# --- frames --------------------------------------------------------------------------------------


@pytest.fixture
def ends() -> Any:
    one, other = socket.socketpair()
    with one, other:
        yield one, other


def test_frames_keep_their_order_and_size(ends: Any) -> None:
    values = [b"x" * 3_000_000, {"a": 1}, []]
    sender = threading.Thread(target=lambda: [wire.send(ends[0], value) for value in values])
    sender.start()
    assert [wire.receive(ends[1]) for _ in values] == values
    sender.join()


def test_too_long_a_frame_is_refused_before_it_is_read(ends: Any) -> None:
    ends[0].sendall(struct.pack(">I", 2**32 - 1))
    with pytest.raises(wire.WireError, match=r"4,294,967,295 bytes"):
        wire.receive(ends[1], most=1000)


def test_nothing_at_the_deadline_is_a_timeout(ends: Any) -> None:
    with pytest.raises(TimeoutError):
        wire.receive(ends[1], deadline=time.monotonic() + 0.1)


@pytest.mark.parametrize("sent", [b"\0", b"\0\0\0\x0a", b"\0\0\0\x0ax"])
def test_half_a_frame_is_no_timeout(
    sent: bytes, ends: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who begins a message and stops is not held up by the machine, and is not tried again."""
    monkeypatch.setattr(wire, "_FRAME_SECONDS", 0.1)
    ends[0].sendall(sent)
    with pytest.raises(wire.WireError, match=r"not complete in 0\.1 s"):
        wire.receive(ends[1], deadline=time.monotonic() + 60)


def test_drop_by_drop_does_not_move_the_deadline(
    ends: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drip() -> None:
        for byte in struct.pack(">I", 1000) + b"x" * 1000:
            time.sleep(0.02)
            try:
                ends[0].send(bytes([byte]))
            except OSError:
                return

    monkeypatch.setattr(wire, "_FRAME_SECONDS", 0.3)
    threading.Thread(target=drip, daemon=True).start()
    started = time.monotonic()
    with pytest.raises(wire.WireError, match="not complete"):
        wire.receive(ends[1], deadline=started + 60)
    assert time.monotonic() - started < 15  # the whole frame takes 20 s


def test_reader_that_does_not_read_ends_at_the_deadline(ends: Any) -> None:
    with pytest.raises(TimeoutError):
        wire.send(ends[0], b"x" * 50_000_000, deadline=time.monotonic() + 0.2)


def test_end_of_the_other_side_is_an_end(ends: Any) -> None:
    ends[0].close()
    with pytest.raises(EOFError):
        wire.receive(ends[1])


# --- questions and outcomes ----------------------------------------------------------------------


def test_calls_come_through() -> None:
    calls = [
        Call(([1, 2], np.arange(3)), {"pos_label": "x"}),
        Call((), {}, (Step("fit", ([[1]], [0])), Step("predict", ([[1]],), {"k": 1}))),
    ]
    back = questions.read_calls(wire.decode(wire.encode(questions.write_calls(calls))))
    assert repr(back) == repr(calls)


@pytest.mark.parametrize(
    "outcome",
    [
        Returned((1, [2.5], {"a": None})),
        Raised(("ValueError", "Exception"), "no", "x = 1", 3),
        Unusable("a generator"),
    ],
)
def test_outcomes_come_through(outcome: Any) -> None:
    assert (
        questions.read_outcome(wire.decode(wire.encode(questions.write_outcome(outcome))))
        == outcome
    )


@pytest.mark.parametrize(
    "written",
    [
        None,
        [],
        ["returned"],
        ["returned", 1, 2],
        ["right", 1],
        ["unusable", 1],
        ["raised", [], "", "", 0],
        ["raised", ["A"] * 1000, "", "", 0],
        ["raised", [1], "", "", 0],
        ["raised", ["A"], "", "", True],
        {"returned": 1},
    ],
)
def test_what_is_no_outcome_is_refused(written: Any) -> None:
    with pytest.raises(wire.WireError):
        questions.read_outcome(written)


def test_long_texts_of_an_exception_are_cut() -> None:
    outcome = questions.read_outcome(["raised", ["E" * 10**6], "m" * 10**6, "l" * 10**6, 1])
    assert isinstance(outcome, Raised)
    assert max(map(len, (outcome.error[0], outcome.message, outcome.line))) <= 2000


# --- what a value costs to rebuild ---------------------------------------------------------------

SAME_HASH = [k * sys.hash_info.modulus + 7 for k in range(1, 100)]
COSTLY: dict[str, Any] = {
    "set": set(SAME_HASH),
    "frozenset": frozenset(SAME_HASH),
    "dict": dict.fromkeys(SAME_HASH),
    "tuples": {(n, "x") for n in SAME_HASH},
    "among others": set(range(1000)) | set(SAME_HASH),
    "deep inside": [[{"x": set(SAME_HASH)}]],
    # Each of another hash: some of many may all the same lead over all others, as may these here.
    "many": set(range(60_000)),
    "many in pieces": [set(range(30_000)), dict.fromkeys(range(30_000))],
    "categories": pd.Series(pd.Categorical(range(1001))),
    "index of two levels": pd.Series(range(2001), pd.MultiIndex.from_product([[0], range(2001)])),
    "columns": pd.DataFrame(np.zeros((1, 10_001))),
}
FAIR: dict[str, Any] = {
    "set": set(range(40_000)),
    "small sets": [{n, n + 1} for n in range(40_000)],
    "floats": {n / 7 for n in range(1000)},
    "few of one hash": set(SAME_HASH[:60]),
    "negative": {-1, -2, *range(-1000, 0)},
    "words": {f"word {n}": n for n in range(1000)},
    "categories": pd.Series(pd.Categorical(range(1000))),
}


@pytest.mark.parametrize("name", COSTLY)
def test_value_that_is_made_to_cost_time_is_refused(name: str) -> None:
    with pytest.raises(wire.TooMuch):
        wire.decode(wire.encode(COSTLY[name]))


@pytest.mark.parametrize("name", FAIR)
def test_large_but_fair_value_comes_through(name: str) -> None:
    assert wire.decode(wire.encode(FAIR[name])) is not None


def test_a_reply_of_a_few_bytes_is_not_unfolded_without_end() -> None:
    """An index that is a range takes no memory before somebody makes values of it."""
    written = wire.encode(["returned", [pd.RangeIndex(4_000_000)] * 2])
    outcome = questions.read_outcome(wire.decode(written))
    assert outcome == Unusable("more than the 5,000,000 elements that are compared")


def test_elements_are_counted_over_all_that_belongs_together() -> None:
    decoder = wire.Decoder(most=1000)
    written = wire.encode([[0] * 100, (0,) * 100, {1: [0] * 100}])
    for _ in range(3):
        decoder.decode(written)
    with pytest.raises(wire.TooMuch, match="more than 1,000 elements"):
        decoder.decode(written)


def test_lists_of_nothing_are_counted_too() -> None:
    with pytest.raises(wire.TooMuch):
        wire.Decoder(most=1000).decode(wire.encode([[] for _ in range(900)]))
