# SPDX-License-Identifier: Apache-2.0
"""Refuse what the operator does not accept, before anything is computed.

- check_call(predict, label, dout, reduction): one call of MseLossGradV1, or an error that says what is allowed
- check_dtype, check_reduction, check_shape, check_seed, check_choice: the same for one argument

Every error is an ArgumentValueError or ArgumentTypeError naming argument, value and what is allowed. It carries the
status of CANN's aclnn interface where one exists: 161001 for a null argument, 161002 for a dtype, shape, rank or
reduction outside the supported set.
"""

from __future__ import annotations

import difflib
import math
import numbers
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from helpers.errors import PARAM_INVALID, PARAM_NULLPTR, ArgumentTypeError, ArgumentValueError

DTYPES = (np.dtype(np.float16), np.dtype(np.float32))
REDUCTIONS = ("mean", "sum")
MAX_RANK = 8
TENSORS = ("predict", "label", "dout")

_LENGTH_LIMIT = 2**63  # lengths and seeds are 64-bit integers, signed in NumPy and in CANN's shapes


@dataclass(frozen=True, eq=False)
class Call:
    """One checked call: the arrays exactly as given (any strides, never copied), and what follows from them."""

    predict: np.ndarray = field(repr=False)
    label: np.ndarray = field(repr=False)
    dout: np.ndarray = field(repr=False)
    reduction: str
    shape: tuple[int, ...]
    dtype: np.dtype
    elems: int


def check_call(predict: np.ndarray, label: np.ndarray, dout: np.ndarray, reduction: str = "mean") -> Call:
    """Check one call and return it.

    Args:
        predict, label, dout: arrays of one shape (rank 0 to 8, extents from 0) and one dtype, float16 or float32,
            in native byte order. Any strides and any alignment. Read only.
        reduction: "mean" or "sum".

    Raises:
        ArgumentTypeError: a tensor is None (status 161001) or no plain numpy.ndarray; `reduction` is no string.
        ArgumentValueError: a dtype, shape or rank is not supported or differs from predict's; unknown `reduction`.
    """
    tensors = dict(zip(TENSORS, (predict, label, dout), strict=True))
    for name, tensor in tensors.items():
        check_array(name, tensor)
    reduction = check_reduction(reduction)
    for name, tensor in tensors.items():
        _check_array_dtype(name, tensor)
    for name in ("label", "dout"):
        if tensors[name].dtype != predict.dtype:
            allowed = f"arrays of predict's dtype {predict.dtype}: {name}.astype(predict.dtype)"
            raise ArgumentValueError(name, tensors[name], allowed, PARAM_INVALID)
    if predict.ndim > MAX_RANK:
        allowed = f"arrays of rank 0 to {MAX_RANK}, this one has {predict.ndim}: predict.reshape(-1)"
        raise ArgumentValueError("predict", predict, allowed, PARAM_INVALID)
    for name in ("label", "dout"):
        _check_same_shape(name, tensors[name], predict.shape)
    return Call(predict, label, dout, reduction, predict.shape, check_dtype(predict.dtype), predict.size)


def check_array(name: str, array: np.ndarray) -> np.ndarray:
    """Return `array` if it is a plain numpy.ndarray: no scalar, no list, no subclass, no other library's tensor."""
    if type(array) is np.ndarray:
        return array
    if array is None:
        raise ArgumentTypeError(name, array, f"numpy arrays: {name} must not be None", PARAM_NULLPTR)
    if isinstance(array, np.ma.MaskedArray):
        raise ArgumentTypeError(name, array, f"numpy arrays without a mask: {name}.filled(fill_value)")
    if name == "dout" and isinstance(array, (numbers.Number, np.generic)):
        allowed = "numpy arrays of predict's shape and dtype, a scalar is not expanded: np.full_like(predict, dout)"
        raise ArgumentTypeError(name, array, allowed, PARAM_INVALID)
    raise ArgumentTypeError(name, array, f"plain numpy arrays: np.asarray({name})")


def check_dtype(dtype: object, argument: str = "dtype") -> np.dtype:
    """Return the float16 or float32 of numpy that `dtype` (a name, a numpy.dtype or a scalar type) stands for."""
    if not isinstance(dtype, (str, np.dtype, type)):
        raise ArgumentTypeError(argument, dtype, "'float16' and 'float32'", PARAM_INVALID)
    try:
        found = np.dtype(dtype)
    except (TypeError, ValueError, SyntaxError):
        raise ArgumentValueError(argument, dtype, "'float16' and 'float32'", PARAM_INVALID) from None
    if found in DTYPES:
        return DTYPES[DTYPES.index(found)]
    allowed = "'float16' and 'float32'"
    if found.newbyteorder("=") in DTYPES:
        allowed += f" in this machine's byte order, {found.str} is in the other one"
    raise ArgumentValueError(argument, dtype, allowed, PARAM_INVALID)


def check_reduction(reduction: str) -> str:
    """Return `reduction` if it is exactly "mean" or "sum"; the first public version took any other word for "sum"."""
    return check_choice("reduction", reduction, REDUCTIONS, status=PARAM_INVALID)


def check_shape(shape: int | Sequence[int], argument: str = "shape") -> tuple[int, ...]:
    """Return `shape` as a tuple: an int or a tuple or list of at most 8 ints from 0; () is a tensor of one element."""
    extents = shape if isinstance(shape, (tuple, list)) else (shape,)
    if not all(_is_integer(extent) for extent in extents):
        raise ArgumentTypeError(argument, shape, "an int, and tuples or lists of ints", PARAM_INVALID)
    if len(extents) > MAX_RANK:
        raise ArgumentValueError(argument, shape, f"ranks 0 to {MAX_RANK}, this is {len(extents)}", PARAM_INVALID)
    found = tuple(int(extent) for extent in extents)
    if any(extent < 0 for extent in found):
        raise ArgumentValueError(argument, shape, "extents from 0", PARAM_INVALID)
    if max(math.prod(found), *found, 0) >= _LENGTH_LIMIT:
        raise ArgumentValueError(argument, shape, "extents and products of extents below 2**63", PARAM_INVALID)
    return found


def check_seed(seed: int) -> int:
    """Return `seed` as an int with 0 <= seed < 2**63; a float is refused even where it is whole, finite or not."""
    if not _is_integer(seed):
        raise ArgumentTypeError("seed", seed, "integers from 0 to 2**63 - 1")
    if not 0 <= seed < _LENGTH_LIMIT:
        raise ArgumentValueError("seed", seed, "integers from 0 to 2**63 - 1")
    return int(seed)


def check_choice(argument: str, value: str, choices: Sequence[str], *, status: int | None = None) -> str:
    """Return `value` if it is one of `choices` (exact, case included); else an error with the nearest choice.

    None is refused with status 161001 where the argument has a status at all.
    """
    allowed = _listed([repr(choice) for choice in choices])
    if not isinstance(value, str):
        raise ArgumentTypeError(argument, value, allowed, PARAM_NULLPTR if status and value is None else status)
    if value in choices:
        return str(value)
    by_folded_name = {choice.casefold(): choice for choice in choices}
    near = difflib.get_close_matches(value.strip().casefold(), by_folded_name, n=1)
    if near:
        allowed += f"; did you mean {by_folded_name[near[0]]!r}?"
    raise ArgumentValueError(argument, value, allowed, status)


def _check_array_dtype(name: str, array: np.ndarray) -> None:
    if array.dtype in DTYPES:
        return
    if array.dtype.newbyteorder("=") in DTYPES:
        native = array.dtype.newbyteorder("=")
        allowed = (
            f"arrays in this machine's byte order, {array.dtype.str} is in the other one: {name}.astype('{native}')"
        )
    else:
        allowed = f"arrays of float16 and float32: {name}.astype('float32')"
    raise ArgumentValueError(name, array, allowed, PARAM_INVALID)


def _check_same_shape(name: str, array: np.ndarray, shape: tuple[int, ...]) -> None:
    if array.shape == shape:
        return
    allowed = f"arrays of predict's shape {shape}"
    if name == "dout" and array.size == 1:
        allowed += ", a scalar is not expanded: np.full_like(predict, dout)"
    raise ArgumentValueError(name, array, allowed, PARAM_INVALID)


def _is_integer(value: object) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
