# SPDX-License-Identifier: Apache-2.0
"""How Python values become the parameters of a kernel. helpers/arguments.py."""

import ctypes
import math

import numpy as np
import pytest

from helpers import Kernel
from helpers.arguments import DESCRIPTION_FILE, Parameter, read_parameters, value_bytes
from helpers.errors import ArgumentTypeError, ArgumentValueError, LaunchError

SOURCE = """\
// SPDX-License-Identifier: Apache-2.0
// Writes down what it was given, one double each.
#include "kernel_operator.h"

enum class Mode : int16_t { LEFT, RIGHT };

struct Tiling {
    uint64_t length;
    float scale;
    uint16_t odd;
};

extern "C" __global__ __aicore__ void every(GM_ADDR y, int8_t a, uint16_t b, int64_t c, uint64_t d, float e, double f,
                                            half g, bool h, Mode mode, const Tiling tiling)
{
    double *out = reinterpret_cast<double *>(y);
    const double given[] = {double(a), double(b), double(c), double(d), e, f, g, double(h), double(mode),
                            double(tiling.length), tiling.scale, double(tiling.odd)};
    for (const double value : given) {
        *out++ = value;
    }
}
"""
TILING = np.dtype([("length", "u8"), ("scale", "f4"), ("odd", "u2")], align=True)


class TilingStructure(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint64), ("scale", ctypes.c_float), ("odd", ctypes.c_uint16))


@pytest.fixture(scope="module")
def every() -> Kernel:
    return Kernel.from_source(SOURCE, "every")


def test_a_program_describes_what_its_kernel_takes(every):
    assert [(each.name, each.kind, each.bytes) for each in every.parameters] == [
        ("y", "address", 8),
        ("a", "signed", 1),
        ("b", "unsigned", 2),
        ("c", "signed", 8),
        ("d", "unsigned", 8),
        ("e", "floating", 4),
        ("f", "floating", 8),
        ("g", "half", 2),
        ("h", "boolean", 1),
        ("mode", "signed", 2),
        ("tiling", "struct", 16),
    ]
    assert ", ".join(map(str, every.parameters[1:])) == (
        "int8_t a, uint16_t b, int64_t c, uint64_t d, float e, double f, half g, bool h, int16_t mode, "
        "struct of 16 B tiling"
    )


@pytest.mark.parametrize(
    "tiling",
    [
        np.array((12345, 0.75, 9), TILING)[()],
        np.array((12345, 0.75, 9), TILING),
        np.array((12345, 0.75, 9), TILING).tobytes(),
        TilingStructure(12345, 0.75, 9),
    ],
    ids=["structured scalar", "array without dimensions", "bytes", "ctypes"],
)
def test_every_kind_arrives_as_it_was_given(every, tiling):
    numbers = (-128, 65535, -(1 << 53), 1 << 53, 0.1, 0.1, 0.1, True, -2)
    expected = [*numbers[:4], np.float32(0.1), 0.1, np.float16(0.1), 1, -2, 12345, 0.75, 9]
    for options in ({}, {"tiling": tiling}):
        y = np.zeros(12)
        every.launch(y, *numbers, *([] if options else [tiling]), **options)
        assert y.tolist() == [float(value) for value in expected]


def test_the_description_is_kept_and_one_cut_short_is_asked_for_again(every):
    program = every.built.artefact
    kept = program.parent / DESCRIPTION_FILE
    kept.write_text("[{")
    assert read_parameters(program, every.parameter_names) == every.parameters
    kept.write_text('[{"kind": "half", "bytes": 2}]')
    assert read_parameters(program, ["z"]) == (Parameter("z", "half", 2),)
    kept.unlink()
    assert read_parameters(program, ["too", "few"])[0].name == "argument0"


def test_a_program_that_ends_before_its_kernel_is_a_launch_error():
    source = """\
#include <cstdlib>
#include "kernel_operator.h"
const int BEFORE = (std::_Exit(3), 0);
extern "C" __global__ __aicore__ void never(GM_ADDR) {}
"""
    with pytest.raises(LaunchError, match=r"ended with code 3 before its kernel was called\. Next: "):
        Kernel.from_source(source, "never")


def limits(kind: str, size: int) -> tuple[int, int]:
    return (-(1 << 8 * size - 1), (1 << 8 * size - 1) - 1) if kind == "signed" else (0, (1 << 8 * size) - 1)


@pytest.mark.parametrize("kind", ["signed", "unsigned"])
@pytest.mark.parametrize("size", [1, 2, 4, 8])
def test_whole_numbers_are_taken_within_the_range_of_the_type_and_not_beyond(kind, size):
    parameter = Parameter("n", kind, size)
    low, high = limits(kind, size)
    for value in (low, high, 1):
        assert value_bytes(parameter, value) == value.to_bytes(size, "little", signed=kind == "signed")
    for value in (low - 1, high + 1):
        with pytest.raises(ArgumentValueError, match=rf"^n=.* allowed are {low} to {high} \({parameter.type_name} n\)"):
            value_bytes(parameter, value)


FLOATS = {
    "half": Parameter("s", "half", 2),
    "float": Parameter("s", "floating", 4),
    "double": Parameter("s", "floating", 8),
}


@pytest.mark.parametrize("name", FLOATS)
def test_a_float_is_rounded_once_to_nearest_even(name):
    parameter = FLOATS[name]
    one = 1 + 2.0**-11 + 2.0**-40  # through float this would be a tie, and then 1
    for value in (0.1, -0.0, 1e-300, one, math.inf, -math.inf):
        with np.errstate(over="ignore"):
            assert value_bytes(parameter, value) == np.float64(value).astype(parameter.dtype).tobytes()
    assert np.isnan(np.frombuffer(value_bytes(parameter, math.nan), parameter.dtype)[0])
    if name == "half":
        assert value_bytes(parameter, one) == np.float16(1 + 2.0**-10).tobytes()


@pytest.mark.parametrize(
    ("name", "largest", "too_large"),
    [
        ("half", 65519.99, 65520.0),
        ("half", 65504, 65520),
        ("float", 3.4028235e38, 3.4028236e38),
        ("float", (1 << 128) - (1 << 104), 1 << 128),
        ("double", 1 << 1023, 1 << 1024),
    ],
)
def test_a_number_that_would_become_infinite_is_refused(name, largest, too_large):
    parameter = FLOATS[name]
    assert np.isfinite(np.frombuffer(value_bytes(parameter, largest), parameter.dtype)[0])
    for value in (too_large, -too_large):
        with pytest.raises(ArgumentValueError, match=rf"^s=.*\({name} s\)"):
            value_bytes(parameter, value)


@pytest.mark.parametrize(("name", "exact"), [("half", 2048), ("float", 1 << 24), ("double", 1 << 53)])
def test_a_whole_number_that_a_float_cannot_hold_is_refused(name, exact):
    assert np.frombuffer(value_bytes(FLOATS[name], exact), FLOATS[name].dtype)[0] == exact
    with pytest.raises(ArgumentValueError, match=r"whole numbers that \w+ holds exactly"):
        value_bytes(FLOATS[name], exact + 1)


@pytest.mark.parametrize(
    ("parameter", "value", "message"),
    [
        (Parameter("n", "unsigned", 4), 4096.0, r"^n=4096\.0: allowed are whole numbers \(uint32_t n\); such as 4096$"),
        (Parameter("n", "unsigned", 4), 0.5, r"^n=0\.5: allowed are whole numbers \(uint32_t n\)$"),
        (Parameter("n", "unsigned", 4), np.int64(5), r"not int64; such as np\.uint32\(\.\.\.\), or a Python number"),
        (Parameter("n", "signed", 4), np.uint32(5), r"not uint32"),
        (Parameter("s", "floating", 4), np.float64(1), r"not float64"),
        (Parameter("s", "half", 2), np.float32(1), r"not float32"),
        (Parameter("b", "boolean", 1), 1, r"^b=1: allowed are True and False \(bool b\)"),
        (Parameter("b", "boolean", 1), np.uint8(1), r"not uint8"),
        (Parameter("s", "floating", 4), True, r"^s=True: allowed are numbers \(float s\)"),
        (
            Parameter("n", "unsigned", 4),
            np.zeros(1, np.uint32),
            r"single values \(uint32_t n\), such as array\.item\(\)",
        ),
        (Parameter("n", "unsigned", 4), None, r"^n=None"),
        (Parameter("t", "struct", 8), 1.0, r"bytes, structured NumPy scalars and ctypes"),
        (Parameter("n", "floating", 16), 1.0, r"NumPy has no type for floating point of 16 B n"),
    ],
    ids=lambda value: str(value) if isinstance(value, Parameter) else "",
)
def test_a_value_of_the_wrong_type_is_refused_with_the_next_step(parameter, value, message):
    with pytest.raises(ArgumentTypeError, match=message):
        value_bytes(parameter, value)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        (Parameter("n", "signed", 8), np.uint32(1 << 31)),
        (Parameter("n", "unsigned", 4), np.uint8(200)),
        (Parameter("s", "floating", 4), np.float16(0.1)),
        (Parameter("s", "floating", 4), np.int16(-3)),
        (Parameter("n", "unsigned", 4), True),
        (Parameter("b", "boolean", 1), np.True_),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_whose_type_the_parameter_always_holds_is_taken(parameter, value):
    assert np.frombuffer(value_bytes(parameter, value), parameter.dtype)[0] == value


def test_a_struct_of_another_size_is_refused_with_both_sizes():
    with pytest.raises(
        ArgumentValueError, match=r"^tiling=.*exactly 16 B \(struct of 16 B tiling\), not 14 B; mind the"
    ):
        value_bytes(Parameter("tiling", "struct", 16), bytes(14))


class FakeTensor:
    __module__ = "torch"


@pytest.mark.parametrize(
    ("value", "way"),
    [
        ([1.0], r"np\.array\(\.\.\., dtype=np\.float32\): a list has no element type"),
        (FakeTensor(), r"tensor\.numpy\(\)"),
        (b"1234", r"np\.frombuffer"),
        (None, r"np\.zeros\(0, np\.uint8\)"),
        (np.float32(1), r"np\.array\(\[\.\.\.\], dtype=\.\.\.\)"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_array_is_refused_as_global_memory_with_the_way_to_one(every, value, way):
    with pytest.raises(ArgumentTypeError, match=rf"^y=.*NumPy arrays \(GM_ADDR y\), such as {way}"):
        every.launch(value, *[0] * 10)


def test_a_tiling_that_is_no_bytes_is_refused(every):
    with pytest.raises(ArgumentTypeError, match=r"^tiling=5: allowed are bytes"):
        every.launch(np.zeros(12), *[0] * 7, False, 0, tiling=5)
