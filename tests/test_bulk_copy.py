# SPDX-License-Identifier: Apache-2.0
"""Long copies move the same bytes as short ones, whatever way they take. helpers/simulator/core/bulk_copy.h."""

import subprocess

import numpy as np
import pytest

from helpers.build import SIMULATOR
from helpers.compiler import find_compiler

# Reads offsets and a length from the command line and copies between two buffers both ways; prints the target.
PROGRAM = """\
#include <cstdio>
#include <cstdlib>
#include <vector>
#include "core/bulk_copy.h"
int main(int, char **words)
{
    const long to = std::atol(words[2]), from = std::atol(words[3]), bytes = std::atol(words[4]);
    std::vector<uint8_t> source(1 << 16), target(1 << 16, 0xEE);
    for (size_t i = 0; i < source.size(); ++i) {
        source[i] = static_cast<uint8_t>(i * 7 + i / 256);
    }
    const auto copy = words[1][0] == 'f' ? Simulator::CopyFetchingAhead : Simulator::CopyPastCaches;
    copy(target.data() + to, source.data() + from, static_cast<uint64_t>(bytes));
    std::fwrite(target.data(), 1, target.size(), stdout);
}
"""
LENGTHS = (0, 1, 31, 4095, 4096, 4097, 4096 + 63, 4096 + 64, 8192, 23040, 40000)


@pytest.fixture(scope="module", params=["", "-DSIMULATOR_PLAIN_COPIES"], ids=["this processor's way", "plain way"])
def program(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("copy")
    (folder / "copy.cpp").write_text(PROGRAM)
    command = [*find_compiler().command, "-std=c++17", "-O1", *filter(None, [request.param]), f"-I{SIMULATOR}"]
    subprocess.run([*command, str(folder / "copy.cpp"), "-o", str(folder / "copy")], check=True)
    return folder / "copy"


@pytest.mark.parametrize("way", ["fetching ahead", "past caches"])
@pytest.mark.parametrize("length", LENGTHS)
def test_exactly_the_bytes_asked_for_arrive(program, way, length):
    index = np.arange(1 << 16)
    source = (index * 7 + index // 256).astype(np.uint8)
    for to, start in ((0, 0), (1, 0), (32, 4), (63, 65), (64, 31), (100, 2048)):
        command = [str(program), way, str(to), str(start), str(length)]
        got = np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, np.uint8)
        expected = np.full(1 << 16, 0xEE, np.uint8)
        expected[to : to + length] = source[start : start + length]
        assert np.array_equal(got, expected), (to, start)
