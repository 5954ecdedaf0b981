# SPDX-License-Identifier: Apache-2.0
"""Which kernel of a source is launched. helpers/entry.py."""

import numpy as np
import pytest

from helpers import BuildError, Kernel
from helpers.entry import find_entries
from helpers.errors import ArgumentValueError

TEMPLATES = """\
#include "kernel_operator.h"
namespace norm {
template <typename T, uint32_t step>
__global__ __aicore__ void add(GM_ADDR x, GM_ADDR y, uint32_t n)
{
    for (uint32_t i = 0; i < n; ++i) {
        reinterpret_cast<__gm__ T *>(y)[i] = static_cast<T>(float(reinterpret_cast<__gm__ T *>(x)[i]) + step);
    }
}
}
"""


@pytest.mark.parametrize(("entry", "dtype", "step"), [("norm::add<half, 3>", np.float16, 3), ("add<float,1>", "f4", 1)])
def test_an_instance_of_a_template_in_a_namespace_is_named_with_its_arguments(entry, dtype, step):
    x = np.arange(4, dtype=dtype)
    y = np.zeros_like(x)
    kernel = Kernel.from_source(TEMPLATES, entry)
    kernel.launch(x, y, 4)
    assert np.array_equal(y, x + np.asarray(step, dtype))
    assert kernel.parameter_names == ("x", "y", "n") and kernel.entry.startswith("norm::add<")


def test_a_template_without_arguments_is_refused_with_its_shape_and_what_the_source_launches():
    with pytest.raises(ArgumentValueError, match=r"instances of the template <typename T, uint32_t step>, such as"):
        Kernel.from_source(TEMPLATES)
    launched = TEMPLATES + "constexpr uint32_t BY = 2;\nint main() { norm::add<half, BY><<<1, 0, 0>>>(0, 0, 0); }\n"
    with pytest.raises(ArgumentValueError, match=r"; the source launches add<half, BY>$"):
        Kernel.from_source(launched)


@pytest.mark.parametrize(
    "use",
    [
        "int main() { norm::add<float, 2><<<1, 0, 0>>>(0, 0, 0); }\n",
        "template __global__ __aicore__ void norm::add<float, 2>(GM_ADDR x, GM_ADDR y, uint32_t n);\n",
    ],
)
def test_the_only_instance_that_the_source_itself_makes_is_taken(use):
    x, y = np.arange(4, dtype=np.float32), np.zeros(4, np.float32)
    kernel = Kernel.from_source(TEMPLATES + use)
    kernel.launch(x, y, 4)
    assert kernel.entry == "norm::add<float, 2>" and np.array_equal(y, x + 2)


@pytest.mark.parametrize("attributes", ["__cube__", "__mix__(1, 2)", "[[bisheng::core_ratio(1, 2)]]"])
def test_kernels_of_the_matrix_unit_are_refused_and_left_out_where_others_stand_beside_them(attributes):
    matrix = f"__global__ {attributes} void product(GM_ADDR x) {{ Mmad(); }}\n"
    with pytest.raises(ArgumentValueError, match="product here asks for the matrix unit"):
        Kernel.from_source(f'#include "kernel_operator.h"\n{matrix}')
    both = f'#include "kernel_operator.h"\n{matrix}__global__ __vector__ void sum(GM_ADDR x) {{ *x = 1; }}\n'
    assert find_entries(both) == ("sum",)
    x = np.zeros(1, np.uint8)
    Kernel.from_source(both).launch(x)
    assert x[0] == 1
    with pytest.raises(ArgumentValueError, match=r"product asks for the matrix unit.*Others here: sum"):
        Kernel.from_source(both, "product")


@pytest.mark.parametrize(
    "head",
    [
        "__global__ __vector__",
        "__vector__ __global__ __aicore__",
        "__global__ __mix__(0, 1)",
        'extern "C" __global__ __aicore__ __attribute__((noinline))',
        "__schedmode__(1) __launch_bounds__(64) __global__ __aicore__",
        "static __global__ __aicore__",
    ],
)
def test_every_spelling_of_a_vector_kernel_is_launched(head):
    x = np.zeros(3, np.uint8)
    source = f'#include "kernel_operator.h"\n{head} void mark(GM_ADDR x)\n{{\n    x[block_idx] = 1;\n}}\n'
    Kernel.from_source(source).launch(x, block_dim=3)
    assert x.tolist() == [1, 1, 1]


def test_names_that_fit_no_kernel_are_refused():
    two = '#include "kernel_operator.h"\nnamespace a { __global__ __aicore__ void f() {} }\n' + (
        "namespace b { __global__ __aicore__ void f() {} }\nvoid host() {}\n"
    )
    assert find_entries(two) == ("a::f", "b::f")
    with pytest.raises(ArgumentValueError, match=r"entry='f': allowed are one of a::f, b::f"):
        Kernel.from_source(two, "f")
    with pytest.raises(ArgumentValueError, match="host becomes one with __global__ __aicore__ in front"):
        Kernel.from_source(two, "host")
    with pytest.raises(ArgumentValueError, match="the name of a function in the source"):
        Kernel.from_source(two, "a b")
    with pytest.raises(BuildError, match="there is no function absent in the source"):
        Kernel.from_source(two, "absent")
