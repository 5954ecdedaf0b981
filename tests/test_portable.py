# SPDX-License-Identifier: Apache-2.0
"""The same bits from every compiler, and on aarch64, the processor of most hosts of an A2 device.

aarch64 is built by the clang inside `ziglang` and run by qemu-user: slow, so a smoke set. Each compiler that is not
installed is a skip with its reason.
"""

import shutil
import stat
import sys
from pathlib import Path

import numpy as np
import pytest

from helpers import Kernel, KernelFault, compiler, make_inputs, plan, reference, run
from helpers.ulp import bits_equal
from helpers.worker import end_spares

FAULTS = Path(__file__).parent / "faults"
EMULATOR = "qemu-aarch64"
# A compiler driver for another machine: what it links is started under the emulator. `-march=native` would mean this
# processor.
CROSS_COMPILER = """\
#!/bin/sh
for word do
    shift
    case $word in -m*=native) ;; *) set -- "$@" "$word" ;; esac
    [ "$previous" = -o ] && output=$word
    previous=$word
    [ "$word" = -c ] && compiles=yes
done
"{python}" -m ziglang c++ -target aarch64-linux-musl -static "$@" || exit 1
if [ -z "$compiles" ] && [ -n "$output" ]; then
    mv "$output" "$output.aarch64"
    printf '#!/bin/sh\\nexec "{emulator}" "$0.aarch64" "$@"\\n' >"$output"
    chmod +x "$output"
fi
"""
CONVERSIONS = """\
// SPDX-License-Identifier: Apache-2.0
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void conversions(GM_ADDR x, GM_ADDR y, GM_ADDR z, uint32_t elems)
{
    GlobalTensor<float> xGm, zGm;
    GlobalTensor<half> yGm;
    xGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(x), elems);
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ half *>(y), elems);
    zGm.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(z), elems);
    TPipe pipe;
    TBuf<TPosition::VECCALC> wide, narrow;
    pipe.InitBuffer(wide, elems * sizeof(float));
    pipe.InitBuffer(narrow, elems * sizeof(half));
    LocalTensor<float> floats = wide.Get<float>();
    LocalTensor<half> halves = narrow.Get<half>();
    DataCopy(floats, xGm, elems);
    PipeBarrier<PIPE_ALL>();
    Cast(halves, floats, RoundMode::CAST_RINT, elems);
    PipeBarrier<PIPE_ALL>();
    DataCopy(yGm, halves, elems);
    Cast(floats, halves, RoundMode::CAST_NONE, elems);
    PipeBarrier<PIPE_ALL>();
    DataCopy(zGm, floats, elems);
}
"""


@pytest.fixture(params=["g++", "clang++", EMULATOR])
def other_compiler(request, tmp_path, monkeypatch):
    """Makes $CXX the compiler that is named, for kernels; the planner stays as it is, since Python loads it."""
    name = request.param
    plan((1,), "float32")
    command = shutil.which(name)
    if command is None:
        pytest.skip(f"{name} is not installed")
    if name == EMULATOR:
        pytest.importorskip("ziglang", reason="the compiler extra is not installed")
        wrapper = tmp_path / "cross-c++"
        wrapper.write_text(CROSS_COMPILER.format(python=sys.executable, emulator=command))
        wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
        command = str(wrapper)
    monkeypatch.setenv("CXX", command)
    compiler.forget()
    yield name
    end_spares()
    compiler.forget()


def telling_floats() -> np.ndarray:
    """Every half as a float, the middles between neighbours and the floats next to both, and NaN payloads."""
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    exact = halves.astype(np.float32)
    positive = exact[:0x7C00]
    middles = (positive[:-1] + positive[1:]) / 2  # exact: one bit more than a half has
    near = np.concatenate([middles, np.nextafter(middles, np.inf), np.nextafter(middles, -np.inf)])
    payloads = (np.uint32(0x7F800001) + np.arange(0, 1 << 23, 4099, dtype=np.uint32)).view(np.float32)
    ends = np.array([65519.996, 65520.0, 65536.0, 3.4e38, 2.0**-25, 2.0**-26, 1e-45, np.inf], np.float32)
    return np.concatenate([exact, near, -near, payloads, -payloads, ends, -ends])


def test_the_operator_the_conversions_and_a_finding_are_the_same(other_compiler):
    for dtype in ("float16", "float32"):
        inputs = make_inputs((10_007,), dtype, "wide", seed=3)
        for soc, overflow in (("Ascend910B1", "infnan"), ("Ascend310B4", "saturate")):
            result = run(inputs.predict, inputs.label, inputs.dout, soc=soc)
            expected = reference.same_order(inputs.predict, inputs.label, inputs.dout, "mean", overflow=overflow)
            assert bits_equal(result.y, expected).all() and result.findings == ()
    kernel = Kernel.from_source(CONVERSIONS)
    floats = telling_floats()
    for start in range(0, floats.size, 16384):
        x = np.zeros(16384, np.float32)
        part = floats[start : start + x.size]
        x[: part.size] = part
        y, z = np.zeros(x.size, np.float16), np.zeros(x.size, np.float32)
        kernel.launch(x, y, z, np.uint32(x.size))
        with np.errstate(over="ignore", invalid="ignore"):
            narrowed = x.astype(np.float16)
        assert bits_equal(y, narrowed).all() and bits_equal(z, narrowed.astype(np.float32)).all()
    broken = Kernel.from_source(FAULTS / "crash_null.cpp")
    with pytest.raises(KernelFault) as caught:
        broken.launch(*(np.zeros(1024, np.float32) for _ in range(len(broken.parameters))))
    assert [finding.code for finding in caught.value.findings] == ["crash"]
