# SPDX-License-Identifier: Apache-2.0
"""Launches: how arguments travel, and how a child process ends, whoever ends it. helpers/launch.py."""

import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from running import processes

from helpers import Kernel
from helpers.build_cache import CHECKOUT
from helpers.errors import LaunchError
from helpers.launch import Settings, launch
from helpers.printed import OUTPUT_FILE_BYTES, OUTPUT_LIMIT_BYTES
from helpers.shared_tensor import SharedTensor

SOURCE = """\
// SPDX-License-Identifier: Apache-2.0
// Kernels that only touch global memory, through raw pointers: what they are given is what they write down.
#include <sys/stat.h>

#include <csignal>
#include <cstdio>

#include "kernel_operator.h"

using namespace AscendC;

template <typename T>
__aicore__ T *At(GM_ADDR address)
{
    return reinterpret_cast<T *>(address);
}

extern "C" __global__ __aicore__ void values(GM_ADDR y, float a, int32_t b, uint64_t c, half d, int8_t e)
{
    At<double>(y)[0] = a;
    At<double>(y)[1] = b;
    At<double>(y)[2] = static_cast<double>(c);
    At<double>(y)[3] = static_cast<float>(d);
    At<double>(y)[4] = e;
}

struct Tiling {
    uint64_t length;
    float scale;
    uint16_t odd;
};

extern "C" __global__ __aicore__ void tiled(GM_ADDR y, GM_ADDR workspace, GM_ADDR tiling)
{
    REGISTER_TILING_DEFAULT(Tiling);
    GET_TILING_DATA_WITH_STRUCT(Tiling, data, tiling);
    At<float>(workspace)[499] = data.scale * 2;
    At<float>(y)[0] = static_cast<float>(data.length);
    At<float>(y)[1] = At<float>(workspace)[499] + At<float>(workspace)[0];
    At<float>(y)[2] = data.odd;
}

extern "C" __global__ __aicore__ void blocks(GM_ADDR y)
{
    At<uint16_t>(y)[GetBlockIdx()] = static_cast<uint16_t>(GetBlockNum() - GetBlockIdx());
}

extern "C" __global__ __aicore__ void prints(GM_ADDR y, uint32_t lines)
{
    for (uint32_t line = 0; line < lines; ++line) {
        std::printf("line %u of the kernel\\n", line);
    }
    std::fprintf(stderr, "an error line\\n");
    At<uint32_t>(y)[0] = lines;
}

extern "C" __global__ __aicore__ void floods(GM_ADDR y, uint32_t lines)
{
    for (uint32_t line = 0; line < lines; ++line) {
        std::fprintf(stdout, "line %u of the kernel\\n", line);
    }
    std::fflush(stdout);
    struct stat file;
    At<uint32_t>(y)[0] = lines;
    At<uint32_t>(y)[1] = fstat(1, &file) == 0 ? static_cast<uint32_t>(file.st_size) : 0;
}

extern "C" __global__ __aicore__ void endless(GM_ADDR y)
{
    for (volatile uint32_t *counter = At<uint32_t>(y);; *counter = *counter + 1) {
    }
}

extern "C" __global__ __aicore__ void deaf(GM_ADDR y)
{
    std::signal(SIGTERM, SIG_IGN);
    for (volatile uint32_t *counter = At<uint32_t>(y);; *counter = *counter + 1) {
    }
}

extern "C" __global__ __aicore__ void stranger(GM_ADDR y, GM_ADDR z, uint32_t n)
{
    (void)y;
    (void)z;
    (void)n;
}
"""


def built(entry: str) -> Kernel:
    return Kernel.from_source(SOURCE, entry)


def test_values_travel_bit_for_bit_in_their_own_size():
    y = np.zeros(5)
    big = (1 << 53) - 1
    given = np.float32(1 / 3), np.int32(-7), np.uint64(big), np.float16(0.1), np.int8(-128)
    built("values").launch(y, *given)
    assert y.tolist() == [float(value) for value in given]


def test_tiling_bytes_and_workspace_are_the_last_two_arguments():
    y = np.zeros(3, np.float32)
    tiling = np.array((12345, 0.75, 9), np.dtype([("length", "u8"), ("scale", "f4"), ("odd", "u2")], align=True))
    built("tiled").launch(y, workspace_bytes=2000, tiling=tiling.tobytes())
    assert y.tolist() == [12345.0, 1.5, 9.0]  # the workspace starts as zeros


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([0], r"stranger takes 3 arguments, 1 were given"),
        ([0, 1, b"1234", b"1234"], r"stranger takes 3 arguments, 4 were given"),
        ([0, 1, b"12345678"], r"argument 2 of stranger takes 4 B, 8 B were given"),
        ([0, 1, 2], r"argument 2 of stranger is a value of 4 B, an array was given"),
        ([0, b"1234", b"1234"], r"argument 1 of stranger takes 8 B \(a GM address: give an array\), 4 B were given"),
    ],
    ids=["too few", "too many", "too wide", "array for value", "value for array"],
)
def test_what_does_not_fit_the_kernels_parameters_is_refused_by_number_and_size(arguments, message):
    """The child process does not rely on what Kernel.launch has already checked."""
    tensors = [SharedTensor(name, "inout", (1,), np.dtype(np.uint8)) for name in "xyz"]
    with pytest.raises(LaunchError, match=message):
        launch(built("stranger").built.artefact, tensors, arguments, settings())


def test_an_empty_array_is_a_tensor_of_no_bytes():
    empty = np.zeros((0, 3), np.float32)
    result = built("stranger").launch(empty, np.zeros(1), np.uint32(1), roles=("out",))
    assert result.findings == () and empty.shape == (0, 3)


@pytest.mark.parametrize("level", ["checked", "fast"])
def test_65535_blocks_run_each_once(level):
    y = np.zeros(65535, np.uint16)
    built("blocks").launch(y, block_dim=65535, level=level)
    assert np.array_equal(y, np.arange(65535, 0, -1))


def test_more_threads_than_blocks_or_processors_change_nothing():
    y = np.zeros(100, np.uint16)
    built("blocks").launch(y, block_dim=100, threads=64)
    assert np.array_equal(y, np.arange(100, 0, -1))


def test_what_a_kernel_prints_is_in_the_result_and_nowhere_else(capfd):
    result = built("prints").launch(np.zeros(2, np.uint32), np.uint32(2))
    assert result.output.splitlines() == [
        "[AIV Block 0/1] line 0 of the kernel",
        "[AIV Block 0/1] line 1 of the kernel",
        "an error line",
    ]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("lines", [100_000, 4_000_000])
def test_a_kernel_that_prints_too_much_runs_to_its_end_and_its_output_is_cut(lines):
    y = np.zeros(2, np.uint32)
    result = built("floods").launch(y, np.uint32(lines), level="fast")  # a log of instructions may take more
    assert y[0] == lines
    assert OUTPUT_LIMIT_BYTES < y[1] <= OUTPUT_FILE_BYTES
    assert result.output.startswith("line 0 of the kernel\n")
    assert result.output.endswith(f"[cut here: the kernel printed more than {OUTPUT_LIMIT_BYTES} B]\n")
    assert len(result.output) < OUTPUT_LIMIT_BYTES + 100


@pytest.mark.parametrize("entry", ["endless", "deaf"])
def test_the_time_limit_ends_a_kernel_that_does_not(entry):
    kernel, started = built(entry), time.monotonic()
    result = kernel.launch(np.zeros(1, np.uint32), timeout_seconds=0.5, raise_on_finding=False)
    assert [finding.code for finding in result.findings] == ["timeout"]
    assert time.monotonic() - started < 10  # 0.5 s, and 2 s of grace for the one that does not listen
    assert processes(str(kernel.built.artefact)) == []


LAUNCHER = """\
import sys
import numpy as np
from helpers import Kernel
kernel = Kernel.from_source(sys.stdin.read(), "endless")
print(kernel.built.artefact, flush=True)
try:
    kernel.launch(np.zeros(1, np.uint32))
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.fixture
def launcher():
    """A process with an endless kernel running, and that kernel's program."""
    built("endless")
    process = subprocess.Popen(
        [sys.executable, "-c", LAUNCHER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
    )
    process.stdin.write(SOURCE)
    process.stdin.close()
    process.stdin = None
    program = process.stdout.readline().strip()
    wait_until(lambda: len(processes(program)) == 1)
    yield process, program
    process.kill()
    process.communicate()


def wait_until(condition, seconds: float = 10.0) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, f"did not come true within {seconds} s"
        time.sleep(0.02)


def test_an_interrupt_ends_the_child(launcher):
    process, program = launcher
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=10) == ("interrupted\n", "")
    assert processes(program) == []


def test_a_child_does_not_outlive_its_parent(launcher):
    process, program = launcher
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=10)
    wait_until(lambda: processes(program) == [], seconds=5)


def settings(**changes) -> Settings:
    return Settings(**{"block_dim": 1, "npu_arch": 2201, "ub_bytes": 1 << 17, "threads": 1, **changes})


def launch_blocks(count: int, **changes) -> np.ndarray:
    tensor = SharedTensor("y", "inout", (count,), np.dtype(np.uint16))
    assert launch(built("blocks").built.artefact, [tensor], [0], settings(**changes)).findings == ()
    return tensor.array


def test_a_memory_limit_below_what_a_launch_needs_is_said():
    assert launch_blocks(1, memory_limit_bytes=1 << 28)[0] == 1
    with pytest.raises(LaunchError, match=r"memory limit of 402653186 B is too low"):
        launch_blocks(1, ub_bytes=1 << 30, memory_limit_bytes=1 << 28)


def test_where_no_more_threads_can_be_had_the_others_do_the_work():
    """Each thread needs some address space of its own; the limit leaves room for a few."""
    y = launch_blocks(64, block_dim=64, threads=64, memory_limit_bytes=-64 * (1 << 27) + (1 << 28))
    assert np.array_equal(y, np.arange(64, 0, -1))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schedule": "never"}, r"option --schedule has the value 'never', allowed: eager, on_wait, random"),
        ({"seed": -1}, r"option --seed has the value '-1', allowed: a whole number of at least 0"),
        ({"checks_off": ("all",)}, r"option --off has the value 'all', allowed: buffer-state, copy-length"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_setting_the_child_does_not_know_is_refused_and_names_what_is_allowed(changes, message):
    with pytest.raises(LaunchError, match=message):
        launch_blocks(1, **changes)
