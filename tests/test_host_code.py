# SPDX-License-Identifier: Apache-2.0
"""Published files with the program that launches the kernel. helpers/host_code.py, helpers/cann_headers.py."""

import numpy as np
import pytest

from helpers import BuildError, Kernel, KernelFault
from helpers.host_code import without_host_code

SAMPLE = """\
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <iostream>
#include <vector>
#include "acl/acl.h"
#include "data_utils.h"
#include "kernel_operator.h"
#include "tiling/platform/platform_ascendc.h"
#ifdef ASCENDC_CPU_DEBUG
#include "cpu_debug_launch.h"
#endif

using namespace platform_ascendc;
constexpr uint32_t STEP = 3;
extern void run_other(float *x, aclrtStream stream);

class OfTheHost {
    aclrtStream stream_;
};

constexpr uint32_t Twice(uint32_t n) { return 2 * n; }

namespace device {
__aicore__ inline float Step() { return STEP; }
}

__global__ __vector__ void shift(__gm__ float *x, uint32_t n)
{
    const auto add = [](float a) { return a + device::Step(); };
    for (uint32_t i = 0; i < Twice(n); ++i) {
        x[i] = add(x[i]);
    }
}

template <typename T>
bool Same(const std::vector<T> &left, const std::vector<T> &right)
{
    return left == right;
}

void shift_do(uint32_t blocks, void *stream, float *x, uint32_t n) { shift<<<blocks, nullptr, stream>>>(x, n); }

int32_t main(int32_t argc, char *argv[])
{
    aclInit(nullptr);
    auto *platform = PlatformAscendCManager::GetInstance();
    std::cout << R"(a brace { in a string)" << std::endl;
#if 0
    {
#endif
    shift<<<8, nullptr, nullptr>>>(nullptr, 0);
    return 0;
}
"""


def test_a_sample_with_its_host_program_runs_unedited():
    x = np.arange(6, dtype=np.float32)
    Kernel.from_source(SAMPLE).launch(x, 3)
    assert np.array_equal(x, np.arange(6, dtype=np.float32) + 3)


def test_what_is_left_out_is_named_and_every_line_keeps_its_number():
    code = without_host_code(SAMPLE)
    assert code.host_functions == ("Same", "shift_do", "main")
    assert [kernel.name for kernel in code.kernels] == ["shift"]
    assert len(code.text) == len(SAMPLE)
    kept, given = code.text.split("\n"), SAMPLE.split("\n")
    assert all(line.strip() in ("", original.strip()) for line, original in zip(kept, given, strict=True))
    assert not any(word in code.text for word in ("aclrtStream", "<<<", "main", "PlatformAscendC"))
    assert "#if 0" in code.text and code.text.count("#endif") == SAMPLE.count("#endif")


def test_a_source_without_host_code_is_left_as_it_is():
    text = "#include <x>\n__aicore__ void f() {}\nconstexpr int g() { return 1; }\nstruct S { void h() {} };\n"
    assert without_host_code(text).text is text


@pytest.mark.parametrize(
    "head",
    [
        '#define KERNEL extern "C" __global__ __aicore__\nKERNEL void f(GM_ADDR x)',
        "#define INNER __aicore__\n#define OUTER INNER inline\nOUTER void f(GM_ADDR x)",
        "#define OUTER INNER inline\n#define INNER __aicore__\nOUTER void f(GM_ADDR x)",
        "[aicore] void f(GM_ADDR x)",
        "template <typename T> __aicore__ void K<T>::f(T x)",
        "constexpr int f(int x)",
    ],
)
def test_a_function_for_the_device_is_kept(head):
    text = f"{head} {{ g(); }}\n"
    assert without_host_code(text).text == text


def test_errors_and_findings_name_the_lines_of_the_file(tmp_path):
    source = tmp_path / "sample.asc"
    source.write_text(SAMPLE.replace("x[i] = add(x[i]);", "x[i] = Same(x[i]);"))
    line = SAMPLE.split("\n").index("        x[i] = add(x[i]);") + 1
    with pytest.raises(BuildError) as caught:
        Kernel.from_source(source)
    shown = caught.value.explanation
    assert shown.startswith(f"sample.asc:{line}: error: 'Same' was not declared")
    assert "hint: Same is a host function: only those marked __aicore__ (or constexpr) run on a core" in shown

    source.write_text(SAMPLE.replace("x[i] = add(x[i]);", "ASSERT(x[i] == 5.0f);"))
    with pytest.raises(KernelFault, match=rf"ASSERT at sample\.asc:{line}\b"):
        Kernel.from_source(source).launch(np.zeros(2, np.float32), 1)


def test_headers_beside_a_sample_are_found_and_its_data_utils_is_passed_over(tmp_path):
    (tmp_path / "step.h").write_text("#define STEP 7\n")
    (tmp_path / "data_utils.h").write_text("bool ReadFile(const std::string &path, NoSuchType size);\n")
    source = tmp_path / "sample.asc"
    source.write_text(SAMPLE.replace("constexpr uint32_t STEP = 3;", '#include "step.h"'))
    x = np.zeros(2, np.float32)
    Kernel.from_source(source).launch(x, 1)
    assert x.tolist() == [7, 7]

    (tmp_path / "data_utils.h").write_text("#define STEP 9\n#define ADDRESS __gm__ float *\n")
    source.write_text(SAMPLE.replace("constexpr uint32_t STEP = 3;", ""))
    Kernel.from_source(source).launch(x, 1)
    assert x.tolist() == [16, 16]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (
            "lib/activation/softmax.h",
            "lib/ is the high-level API (matrix products, softmax, sort and other library functions)",
        ),
        ("simt_api/asc_simt.h", "simt_api/ is programming by threads, which Ascend 950 has"),
        ("nowhere.h", "say where nowhere.h is: include=[folder] of from_source, --include folder of %%ascendc"),
    ],
)
def test_a_header_outside_is_refused_with_the_reason(header, said):
    with pytest.raises(BuildError) as caught:
        Kernel.from_source(SAMPLE.replace("data_utils.h", header))
    assert said in caught.value.explanation


def test_the_matrix_header_may_be_included_and_its_names_are_refused():
    source = SAMPLE.replace("data_utils.h", "lib/matmul_intf.h")
    x = np.zeros(2, np.float32)
    Kernel.from_source(source).launch(x, 1)
    assert x.tolist() == [3, 3]
    used = """\
#include "kernel_operator.h"
#include "lib/matmul_intf.h"
extern "C" __global__ __aicore__ void multiply(GM_ADDR x) { TCubeTiling tiling; }
"""
    with pytest.raises(BuildError, match="TCubeTiling belongs to the matrix unit"):
        Kernel.from_source(used)


@pytest.mark.parametrize("header", ["kernel_operator_intf.h", "utils/debug/asc_printf.h", "basic_api/kernel_tensor.h"])
def test_parts_of_the_kernel_header_open_the_whole(header):
    x = np.zeros(2, np.float32)
    Kernel.from_source(SAMPLE.replace("kernel_operator.h", header)).launch(x, 1)
    assert x.tolist() == [3, 3]
