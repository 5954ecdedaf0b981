# SPDX-License-Identifier: Apache-2.0
"""The processes that run kernels: which stay, which end, and what of a launch stays in them. helpers/worker.py."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from running import processes

from helpers import Kernel, KernelFault, launch, make_inputs, run, shared_array, shared_tensor, worker
from helpers.build_cache import CHECKOUT
from helpers.kernel_state import is_stateless
from helpers.operator import build_kernel

SOURCE = """\
// SPDX-License-Identifier: Apache-2.0
// y[0] = n, unless n says to misbehave.
#include "kernel_operator.h"

using namespace AscendC;

extern "C" __global__ __aicore__ void obedient(GM_ADDR y, int32_t n)
{
    if (n == -1) {
        *static_cast<volatile int32_t *>(nullptr) = n;
    }
    for (volatile int32_t spin = 0; n == -2; spin = spin + 1) {
    }
    GlobalTensor<int32_t> yGm;
    yGm.SetGlobalBuffer(reinterpret_cast<__gm__ int32_t *>(y), 1);
    yGm.SetValue(0, n);
}
"""
CRASH, SPIN = -1, -2

COUNTER = """\
// SPDX-License-Identifier: Apache-2.0
// y[0] = how often the kernel was called before, as far as it can remember.
#include <cstdlib>
#include "kernel_operator.h"
{memory}
extern "C" __global__ __aicore__ void counter(GM_ADDR y)
{{
    {recall}
    *reinterpret_cast<int32_t *>(y) = static_cast<int32_t>(seen);
}}
"""
MEMORIES = {
    "global": ("int32_t calls = 0;", "const int32_t seen = calls++;"),
    "static local": ("", "static int32_t calls = 0; const int32_t seen = calls++;"),
    "thread local": ("thread_local int32_t calls = 0;", "const int32_t seen = calls++;"),
    "library": ("", "const int32_t seen = std::rand();"),
    "environment": ("", 'const int32_t seen = std::getenv("SEEN") != nullptr; setenv("SEEN", "1", 1);'),
}


@pytest.fixture(scope="module")
def kernel() -> Kernel:
    return Kernel.from_source(SOURCE)


@pytest.fixture(autouse=True)
def only_own_workers():
    worker.end_spares()
    yield
    worker.end_spares()


def launched(kernel: Kernel, number: int) -> int:
    y = np.zeros(1, np.int32)
    kernel.launch(y, number, timeout_seconds=0.5)
    return int(y[0])


def workers_of(kernel: Kernel) -> list[int]:
    return [number for number, parent in processes(str(kernel.built.artefact)) if parent == os.getpid()]


def wait_until(condition, seconds: float = 10.0) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, f"did not come true within {seconds} s"
        time.sleep(0.02)


def test_a_worker_that_has_nothing_to_remember_runs_the_next_launch(kernel):
    assert launched(kernel, 5) == 5
    (first,) = workers_of(kernel)
    assert launched(kernel, 6) == 6
    assert workers_of(kernel) == [first]


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_the_operators_own_kernel_has_nothing_to_remember(dtype):
    assert is_stateless(build_kernel("Ascend910B1", dtype).built.artefact)


@pytest.mark.parametrize("memory", MEMORIES)
def test_a_kernel_that_could_remember_gets_a_new_process_each_time(memory):
    declaration, recall = MEMORIES[memory]
    counter = Kernel.from_source(COUNTER.format(memory=declaration, recall=recall))
    seen = []
    for _ in range(3):
        y = np.full(1, -1, np.int32)
        counter.launch(y)
        seen.append(int(y[0]))
        assert workers_of(counter) == []
    assert seen == [seen[0]] * 3
    assert memory == "library" or seen[0] == 0


@pytest.mark.parametrize(("number", "code"), [(CRASH, "crash"), (SPIN, "timeout")], ids=["crash", "timeout"])
def test_a_worker_that_came_to_harm_is_replaced(kernel, number, code):
    launched(kernel, 1)
    (first,) = workers_of(kernel)
    with pytest.raises(KernelFault, match=code):
        launched(kernel, number)
    assert workers_of(kernel) == []
    assert launched(kernel, 7) == 7
    assert workers_of(kernel) != [first]


def test_a_worker_killed_while_idle_is_replaced(kernel):
    launched(kernel, 1)
    (first,) = workers_of(kernel)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: not Path(f"/proc/{first}/exe").exists() or workers_of(kernel) == [])
    assert launched(kernel, 8) == 8


def test_a_worker_that_is_not_used_ends(kernel, monkeypatch):
    monkeypatch.setattr(worker, "IDLE_SECONDS", 1)
    launched(kernel, 1)
    assert len(workers_of(kernel)) == 1
    wait_until(lambda: workers_of(kernel) == [])
    assert launched(kernel, 2) == 2


def test_a_worker_that_ends_just_when_it_is_taken_costs_nothing_but_time(kernel, monkeypatch):
    monkeypatch.setattr(worker, "IDLE_SECONDS", 0)
    stale = worker.Worker(kernel.built.artefact)
    wait_until(lambda: workers_of(kernel) == [])
    monkeypatch.undo()
    waiting = [stale]
    monkeypatch.setattr(launch, "take", lambda program: waiting.pop() if waiting else worker.take(program))
    assert launched(kernel, 3) == 3 and waiting == []


def test_only_so_many_workers_are_kept():
    kernels = [Kernel.from_source(SOURCE, defines={"NUMBER": number}) for number in range(worker.MAX_SPARES + 2)]
    for number, kernel in enumerate(kernels):
        assert launched(kernel, number) == number
    assert [len(workers_of(kernel)) for kernel in kernels] == [0, 0] + [1] * worker.MAX_SPARES


def test_launches_from_several_threads_have_a_worker_each(kernel):
    barrier, results = threading.Barrier(4), {}

    def use(number: int) -> None:
        barrier.wait()
        results[number] = [launched(kernel, 10 * number + step) for step in range(10)]

    threads = [threading.Thread(target=use, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {number: [10 * number + step for step in range(10)] for number in range(4)}
    assert 1 <= len(workers_of(kernel)) <= worker.MAX_SPARES


def test_a_fork_of_this_process_has_workers_of_its_own(kernel):
    launched(kernel, 1)
    (first,) = workers_of(kernel)
    child = os.fork()
    if child == 0:
        os._exit(0 if launched(kernel, 4) == 4 and workers_of(kernel) != [first] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert launched(kernel, 5) == 5
    assert workers_of(kernel) == [first]


PROGRAM = """\
import sys
import numpy as np
from helpers import Kernel
kernel = Kernel.from_source(sys.stdin.read())
kernel.launch(np.zeros(1, np.int32), 5)
print(kernel.built.artefact, flush=True)
{end}
"""


@pytest.mark.parametrize("end", ["", "import os; os.kill(os.getpid(), 9)", "raise SystemExit(3)"], ids=repr)
def test_no_worker_outlives_its_parent(kernel, end):
    command = [sys.executable, "-c", PROGRAM.format(end=end)]
    ended = subprocess.run(command, input=SOURCE, capture_output=True, text=True, cwd=CHECKOUT)
    assert Path(ended.stdout.strip()) == kernel.built.artefact and ended.stderr == ""
    wait_until(lambda: processes(str(kernel.built.artefact)) == [], seconds=5)


def test_an_idle_worker_has_no_way_in_but_its_socket(kernel):
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("needs /proc to see the files of a process")
    launched(kernel, 1)
    (number,) = workers_of(kernel)
    files = [os.readlink(path) for path in Path(f"/proc/{number}/fd").iterdir()]
    assert sorted(name.split(":")[0] for name in files) == ["/dev/null"] * 3 + ["socket"]


def test_200_runs_leave_nothing_behind(monkeypatch):
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("needs /proc to see the files and mappings of a process")
    monkeypatch.setattr(shared_tensor, "_kept", shared_tensor._KeptBlocks())  # without what other tests left there
    artefact = build_kernel("Ascend910B1", "float32").built.artefact

    def state() -> tuple[object, ...]:
        gc.collect()
        (number,) = (number for number, parent in processes(str(artefact)) if parent == os.getpid())
        with open(f"/proc/{number}/maps", encoding="ascii") as maps:
            tensors = sum("memfd:tensor" in line for line in maps)
        files = [len(list(Path(f"/proc/{process}/fd").iterdir())) for process in (os.getpid(), number)]
        return number, tensors, files, len(list(Path(f"/proc/{number}/task").iterdir()))

    def run_some(times: int) -> None:
        for time_ in range(times):
            inputs = make_inputs((1000 * (1 + time_ % 5),), "float32", seed=time_)
            assert run(*inputs, level=("fast", "checked")[time_ % 2]).findings == ()

    run_some(20)
    before = state()
    run_some(200)
    assert state() == before


def test_memory_that_is_gone_here_is_unmapped_there(kernel, monkeypatch):
    if not Path("/proc/self/maps").exists():
        pytest.skip("needs /proc to see the mappings of a process")

    def mapped() -> int:
        (number,) = workers_of(kernel)
        with open(f"/proc/{number}/maps", encoding="ascii") as maps:
            return sum("memfd:tensor" in line for line in maps)

    launched(kernel, 1)
    before = mapped()
    monkeypatch.setattr(shared_tensor, "KEPT_BYTES", 1 << 20)
    arrays = [shared_array((1 << 20) + 4096 * number, np.uint8) for number in range(5)]
    for array in arrays:
        kernel.launch(array, 1, level="fast")
    assert mapped() == before + 5
    del array, arrays
    gc.collect()
    wait_until(lambda: mapped() <= before)
