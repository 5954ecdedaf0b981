# SPDX-License-Identifier: Apache-2.0
"""What the operator accepts and how it refuses the rest: helpers/contract.py and the errors it raises."""

import pickle

import numpy as np
import pytest

from helpers import contract, errors
from helpers.errors import ArgumentTypeError, ArgumentValueError


def tensor(shape=(4,), dtype=np.float32):
    return np.ones(shape, dtype)


def refusal(**changes):
    call = {"predict": tensor(), "label": tensor(), "dout": tensor(), "reduction": "mean"} | changes
    with pytest.raises(errors.ArgumentError) as caught:
        contract.check_call(**call)
    return caught.value


@pytest.mark.parametrize("dtype", contract.DTYPES)
@pytest.mark.parametrize("shape", [(), (1,), (0,), (3, 0, 5), (2, 3, 5, 7), (1,) * 8])
def test_a_call_keeps_the_very_arrays_it_was_given(shape, dtype):
    predict, label, dout = (tensor(shape, dtype) for _ in range(3))
    call = contract.check_call(predict, label, dout, "sum")
    assert call.predict is predict and call.label is label and call.dout is dout
    assert (call.reduction, call.shape, call.dtype, call.elems) == ("sum", shape, dtype, predict.size)


def test_reduction_is_mean_unless_said_otherwise():
    assert contract.check_call(tensor(), tensor(), tensor()).reduction == "mean"


def test_views_of_any_stride_and_alignment_are_accepted_and_stay_views():
    transposed = tensor((3, 4)).T
    misaligned = np.zeros(4 * 12 + 1, np.uint8)[1:].view(np.float32).reshape(4, 3)
    broadcast = np.broadcast_to(np.float32(2), (4, 3))
    call = contract.check_call(transposed, misaligned, broadcast)
    assert call.predict is transposed and call.label is misaligned and call.dout is broadcast


def test_the_repr_of_a_call_does_not_print_its_data():
    assert "array" not in repr(contract.check_call(tensor((1000,)), tensor((1000,)), tensor((1000,))))


@pytest.mark.parametrize("name", contract.TENSORS)
def test_a_missing_tensor_is_the_null_pointer_of_cann(name):
    error = refusal(**{name: None})
    assert isinstance(error, TypeError) and error.status == 161001 and error.argument == name


@pytest.mark.parametrize("name", contract.TENSORS)
@pytest.mark.parametrize("dtype", ["float64", "int32", "int8", "bool", "complex64", "object"])
def test_an_unsupported_dtype_is_named_with_the_two_supported_ones(name, dtype):
    error = refusal(**{name: tensor(dtype=dtype)})
    assert isinstance(error, ValueError) and (error.argument, error.status) == (name, 161002)
    assert dtype in str(error) and "float16 and float32" in str(error)


@pytest.mark.parametrize("name", ["label", "dout"])
def test_mixed_dtypes_are_refused_although_each_is_supported(name):
    error = refusal(**{name: tensor(dtype=np.float16)})
    assert isinstance(error, ValueError) and (error.argument, error.status) == (name, 161002)
    assert "float16" in str(error) and "predict's dtype float32" in str(error)


@pytest.mark.parametrize("dtype", ["f2", "f4"])
def test_the_other_byte_order_is_refused_with_the_conversion(dtype):
    swapped = np.dtype(dtype).newbyteorder("S")
    error = refusal(predict=tensor(dtype=swapped))
    assert isinstance(error, ValueError) and error.status == 161002
    assert "byte order" in str(error) and f"predict.astype('{np.dtype(dtype)}')" in str(error)


@pytest.mark.parametrize(
    "shapes",
    [
        ((4,), (5,), (4,)),
        ((4,), (4,), (3,)),
        ((2, 2), (4,), (2, 2)),
        ((4,), (4,), (1,)),
        ((4,), (4,), ()),
        ((), (1,), ()),
    ],
)
def test_unequal_shapes_are_never_broadcast(shapes):
    error = refusal(predict=tensor(shapes[0]), label=tensor(shapes[1]), dout=tensor(shapes[2]))
    assert isinstance(error, ValueError) and error.status == 161002
    assert error.argument == ("label" if shapes[1] != shapes[0] else "dout")
    assert str(shapes[0]) in str(error)


@pytest.mark.parametrize("dout", [1.0, 1, np.float32(1), np.float16(1), np.ones((), np.float32)])
def test_a_scalar_dout_is_refused_with_the_expansion(dout):
    error = refusal(dout=dout)
    assert error.status == 161002 and "np.full_like(predict, dout)" in str(error)


def test_rank_nine_is_refused():
    nine = tensor((1,) * 9)
    error = refusal(predict=nine, label=nine, dout=nine)
    assert isinstance(error, ValueError) and error.status == 161002 and "rank 0 to 8, this one has 9" in str(error)


@pytest.mark.parametrize("reduction", ["Mean", "MEAN", "mean ", "avg", "none", "", "summ"])
def test_an_unknown_reduction_is_refused_and_not_taken_for_sum(reduction):
    error = refusal(reduction=reduction)
    assert isinstance(error, ValueError) and (error.argument, error.status) == ("reduction", 161002)
    assert repr(reduction) in str(error) and "'mean' and 'sum'" in str(error)


def test_a_reduction_that_is_no_string_is_a_type_error():
    assert isinstance(refusal(reduction=None), TypeError) and refusal(reduction=None).status == 161001
    assert isinstance(refusal(reduction=1), TypeError) and refusal(reduction=1).status == 161002


@pytest.mark.parametrize("value", [[1.0] * 4, (1.0,) * 4, "1234", memoryview(b"1234")])
def test_only_numpy_arrays_are_tensors(value):
    error = refusal(label=value)
    assert isinstance(error, TypeError) and "np.asarray(label)" in str(error)


def test_a_masked_array_is_refused_because_its_mask_would_be_ignored():
    error = refusal(label=np.ma.masked_array(tensor(), mask=[1, 0, 0, 0]))
    assert isinstance(error, TypeError) and "label.filled(fill_value)" in str(error)


def test_a_torch_tensor_is_refused_with_its_dtype_and_shape():
    torch = pytest.importorskip("torch", reason="needs the torch extra")
    error = refusal(dout=torch.ones(4))
    assert isinstance(error, TypeError)
    assert str(error) == "dout=<torch.Tensor torch.float32 (4,)>: allowed are plain numpy arrays: np.asarray(dout)"
    with pytest.raises(ArgumentTypeError):
        contract.check_dtype(torch.float32)


def test_errors_show_shape_and_dtype_but_never_the_data():
    error = refusal(predict=np.zeros((1000, 1000)))
    assert "<numpy.ndarray float64 (1000, 1000)>" in str(error) and len(str(error)) < 250
    assert len(str(refusal(predict=list(range(10**6))))) < 250


@pytest.mark.parametrize(
    "given", ["float16", "f2", "<f2", np.float16, np.dtype("float16"), np.dtype("f2", metadata={"a": 1})]
)
def test_every_spelling_of_a_dtype_leads_to_the_same_object(given):
    if given == "<f2" and not np.dtype("<f2").isnative:
        pytest.skip("this machine is big-endian: '<f2' is the other byte order")
    assert contract.check_dtype(given) is contract.DTYPES[0]


@pytest.mark.parametrize("given", ["float64", float, int, np.float64, "bfloat16", "", "f4,f4", "(", list])
def test_other_dtypes_are_value_errors(given):
    with pytest.raises(ArgumentValueError, match="'float16' and 'float32'") as caught:
        contract.check_dtype(given)
    assert caught.value.status == 161002


@pytest.mark.parametrize("given", [None, 4, 1.5, [np.float32]])
def test_what_is_no_dtype_is_a_type_error(given):
    with pytest.raises(ArgumentTypeError, match="^dtype="):
        contract.check_dtype(given)


def test_a_dtype_in_the_other_byte_order_says_so():
    with pytest.raises(ArgumentValueError, match="byte order"):
        contract.check_dtype(np.dtype("f4").newbyteorder("S"))


@pytest.mark.parametrize(
    ("given", "shape"),
    [
        (5, (5,)),
        (0, (0,)),
        ((), ()),
        ([2, 3], (2, 3)),
        ((np.int32(2), np.uint8(3)), (2, 3)),
        ((3, 0, 5), (3, 0, 5)),
        (2**40, (2**40,)),
        ((1,) * 8, (1,) * 8),
    ],
)
def test_shapes_become_tuples_of_ints(given, shape):
    found = contract.check_shape(given)
    assert found == shape and all(type(extent) is int for extent in found)


@pytest.mark.parametrize("given", [-1, (2, -3), (1,) * 9, 2**63, (2**32, 2**31), (2**63, 0)])
def test_impossible_shapes_are_value_errors(given):
    with pytest.raises(ArgumentValueError, match="^shape="):
        contract.check_shape(given)


@pytest.mark.parametrize("given", [2.0, (2.0,), True, (2, False), "22", None, (None,), {2, 3}, np.array([2, 3])])
def test_what_is_no_shape_is_a_type_error(given):
    with pytest.raises(ArgumentTypeError, match="^shape="):
        contract.check_shape(given)


@pytest.mark.parametrize("seed", [0, 1, 2**63 - 1, np.int8(3), np.uint64(2**62)])
def test_integer_seeds_are_accepted(seed):
    assert contract.check_seed(seed) == int(seed) and type(contract.check_seed(seed)) is int


@pytest.mark.parametrize("seed", [float("nan"), float("inf"), 1.0, np.float32(1), True, np.bool_(True), "1", None, [1]])
def test_seeds_that_are_no_integers_are_type_errors(seed):
    with pytest.raises(ArgumentTypeError, match="^seed="):
        contract.check_seed(seed)


@pytest.mark.parametrize("seed", [-1, 2**63, 10**400])
def test_seeds_outside_63_bits_are_value_errors(seed):
    with pytest.raises(ArgumentValueError, match="^seed="):
        contract.check_seed(seed)


def test_a_near_miss_gets_the_nearest_choice():
    socs = ("Ascend910B1", "Ascend910B4", "Ascend310B4")
    with pytest.raises(ArgumentValueError, match=r"did you mean 'Ascend310B4'\?"):
        contract.check_choice("soc", "ascend310b4", socs)
    with pytest.raises(ArgumentValueError) as caught:
        contract.check_choice("soc", "xyz", socs)
    assert str(caught.value) == "soc='xyz': allowed are 'Ascend910B1', 'Ascend910B4' and 'Ascend310B4'"
    assert caught.value.status is None


def test_the_text_of_an_error_names_argument_value_allowed_and_status():
    assert str(refusal(reduction="avg")) == (
        "reduction='avg': allowed are 'mean' and 'sum' (CANN status 161002, ACLNN_ERR_PARAM_INVALID)"
    )


@pytest.mark.parametrize(
    "error",
    [
        ArgumentValueError("soc", "x", "'y'", 161002),
        errors.BuildError("no", "line 1"),
        errors.RunModeUnavailable("npu", "no device", "install one"),
        errors.KernelFault("core 0", ("finding",)),
    ],
)
def test_errors_survive_the_way_from_a_worker_process(error):
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error) and str(copy) == str(error) and vars(copy) == vars(error)
