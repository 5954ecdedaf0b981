# SPDX-License-Identifier: Apache-2.0
"""Mistakes made in copies of our own kernel: what is replaced in its source, and what must be found.

The replacements are texts of kernel/, each of which occurs there exactly once (helpers.source sees to it): a change of
the kernel is followed here or fails at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from helpers import Inputs, Kernel, make_inputs, plan, source
from helpers.launch import LaunchResult

CPP_TYPES = {"float32": "float", "float16": "half"}
ONE_TILE, TAIL, SIX_CORES = 1000, 37, 50_021  # elements; as float32 on the SoC of the tests


@dataclass(frozen=True)
class Variant:
    """One mistake.

    Attributes:
        replacements: old text to new text.
        code: the finding it must give; "" where the copy breaks no rule and its numbers are wrong.
        line: a text that occurs on the line to blame and on no other; "" where no line is to blame.
        cores: the cores of the finding, in words.
        dtype, elems: the tensors it is run on.
    """

    replacements: Mapping[str, str]
    code: str = ""
    line: str = ""
    cores: str = "core 0"
    dtype: str = "float32"
    elems: int = ONE_TILE


def inputs_of(variant: Variant) -> Inputs:
    """The tensors the variant is run on."""
    return make_inputs(variant.elems, variant.dtype, seed=1)


def launch_variant(variant: Variant, **options: object) -> tuple[np.ndarray, LaunchResult, list[str]]:
    """Build and launch the edited copy. Returns y, the result and the lines of the edited header."""
    path = source.edited_copy(variant.replacements)
    kernel = Kernel.from_source(path, "mse_loss_grad_v1", defines={"DTYPE_PREDICT": CPP_TYPES[variant.dtype]})
    planned = plan(variant.elems, variant.dtype)
    y = np.zeros(variant.elems, variant.dtype)
    result = kernel.launch(
        *inputs_of(variant),
        y,
        tiling=planned.tiling_bytes,
        workspace_bytes=0,
        roles=("in", "in", "in", "out"),
        block_dim=planned.cores,
        raise_on_finding=False,
        **options,
    )
    return y, result, path.with_suffix(".h").read_text(encoding="utf-8").splitlines()


# Not mistakes: four tiles on a core where the plan has one, and a chunk and a half in a tile where it has one.
FOUR_TILES = {"tileLength_ = tiling.tileLength;": "tileLength_ = tiling.tileLength / 4;"}
MORE_CHUNKS = {"tileLength_ = tiling.tileLength;": "tileLength_ = tiling.tileLength / 2 * 3;"}
DEQUE_Y = "AscendC::LocalTensor<T> y = yQueue_.template DeQue<T>();"
ALLOC_Y = "AscendC::LocalTensor<T> y = yQueue_.template AllocTensor<T>();"
A_MEMBER = "    uint64_t coreLength_ = 0;"
LOAD_BYTES = "count * sizeof(T)), 0, 0, 0};\n    const AscendC::DataCopyPadExtParams"
CLIPPED_CHUNK = "const uint32_t chunk = count - start < chunkLength_ ? count - start : chunkLength_;"
DOUT_BUFFERS = "pipe->InitBuffer(doutQueue_, bufferNum, tileBytes);"
LOAD = "AscendC::DataCopyPad(local, source[offset], tile, noPadding);"
STORE = "AscendC::DataCopyPad(yGm_[offset], y, tile);"

VARIANTS = {
    # synchronisation
    "y is not dequeued in CopyOut": Variant(
        {
            A_MEMBER: "    AscendC::LocalTensor<T> computed_;\n" + A_MEMBER,
            "yQueue_.EnQue(y);": "computed_ = y;",
            DEQUE_Y: "AscendC::LocalTensor<T> y = computed_;",
        },
        code="race-raw",
        line=STORE,
    ),
    "y is one work buffer, and nothing waits for its store": Variant(
        FOUR_TILES
        | {
            A_MEMBER: "    AscendC::TBuf<AscendC::TPosition::VECCALC> yBuffer_;\n    int32_t tile_ = 0;\n" + A_MEMBER,
            "pipe->InitBuffer(yQueue_, bufferNum, tileBytes);": "pipe->InitBuffer(yBuffer_, tileBytes);",
            ALLOC_Y: "AscendC::LocalTensor<T> y = yBuffer_.template Get<T>();",
            "yQueue_.EnQue(y);": "AscendC::SetFlag<AscendC::HardEvent::V_MTE3>(tile_);",
            DEQUE_Y: "AscendC::LocalTensor<T> y = yBuffer_.template Get<T>();\n"
            "    AscendC::WaitFlag<AscendC::HardEvent::V_MTE3>(tile_++);",
            "yQueue_.FreeTensor(y);": "",
        },
        code="race-war",
        line="AscendC::Sub(y, predict, label, count);",
    ),
    "cores overlap by one tile": Variant(
        {
            "coreLength_ = share < left ? share : left;": "const uint64_t longer = share + tiling.tileLength;\n"
            "    coreLength_ = longer < left ? longer : left;"
        },
        code="core-race",
        line=STORE,
        cores="cores 0-5",
        elems=SIX_CORES,
    ),
    # the life of queue tensors
    "predict is freed before its last use": Variant(
        {"predictQueue_.FreeTensor(predict);": "", ALLOC_Y: ALLOC_Y + "\n    predictQueue_.FreeTensor(predict);"},
        code="use-after-free",
        line="AscendC::Sub(y, predict, label, count);",
    ),
    "label is freed into the wrong queue": Variant(
        {"labelQueue_.FreeTensor(label);": "doutQueue_.FreeTensor(label);"},
        code="queue-foreign-tensor",
        line="doutQueue_.FreeTensor(label);",
    ),
    "dout is never freed": Variant(
        {"doutQueue_.FreeTensor(dout);": ""},
        code="queue-leak",
        line="AscendC::LocalTensor<T> dout = doutQueue_.template DeQue<T>();",
    ),
    "EnQue is left out in LoadTile": Variant(
        {"queue.EnQue(local);": ""},
        code="queue-empty",
        line="AscendC::LocalTensor<T> predict = predictQueue_.template DeQue<T>();",
    ),
    "a tile is copied in twice": Variant(
        {"CopyIn(offset, count);": "CopyIn(offset, count);\n        CopyIn(offset, count);"},
        code="queue-depth",
        line="queue.EnQue(local);",
    ),
    # lengths and places
    "DataCopy in place of DataCopyPad on the way in": Variant(
        {LOAD: "AscendC::DataCopy(local, source[offset], count);"},
        code="copy-not-32-bytes",
        line="AscendC::DataCopy(local, source[offset], count);",
        elems=TAIL,
    ),
    "DataCopy in place of DataCopyPad on the way out": Variant(
        {STORE: "AscendC::DataCopy(yGm_[offset], y, count);"},
        code="copy-not-32-bytes",
        line="AscendC::DataCopy(yGm_[offset], y, count);",
        elems=TAIL,
    ),
    "the tail is rounded up to 32 bytes": Variant(
        {LOAD_BYTES: LOAD_BYTES.replace("count * sizeof(T)", "(count * sizeof(T) + 31) / 32 * 32")},
        code="gm-out-of-bounds",
        line=LOAD,
        elems=TAIL,
    ),
    "the next tile is copied in": Variant(
        FOUR_TILES | {"CopyIn(offset, count);": "CopyIn(offset + tileLength_, count);"},
        code="gm-out-of-bounds",
        line=LOAD,
    ),
    "buffers are measured in elements": Variant(
        {"const uint32_t tileBytes = tileLength_ * sizeof(T);": "const uint32_t tileBytes = tileLength_;"},
        code="ub-out-of-bounds",
        line=LOAD,
    ),
    "the last chunk is not clipped": Variant(
        MORE_CHUNKS | {CLIPPED_CHUNK: "const uint32_t chunk = chunkLength_;"},
        code="ub-out-of-bounds",
        line="AscendC::Cast(left, predict[start], AscendC::RoundMode::CAST_NONE, chunk);",
        dtype="float16",
        elems=5000,
    ),
    "one chunk too many": Variant(
        {"start < count; start += chunkLength_": "start < count + chunkLength_; start += chunkLength_"},
        code="ub-out-of-bounds",
        line="AscendC::Cast(left, predict[start], AscendC::RoundMode::CAST_NONE, chunk);",
        dtype="float16",
        elems=5000,
    ),
    "more buffers than UB holds": Variant(
        {DOUT_BUFFERS: DOUT_BUFFERS.replace("bufferNum", "8 * bufferNum")},
        code="ub-capacity",
        line=DOUT_BUFFERS.replace("bufferNum", "8 * bufferNum"),
        cores="cores 0-5",
        elems=SIX_CORES,
    ),
    "the last core stays idle": Variant(
        {"if (core >= tiling.coreNum) {": "if (core + 1 >= tiling.coreNum) {"}, code="gm-unwritten", elems=SIX_CORES
    ),
    # no rule is broken, and the numbers are wrong
    "every tile reads the first": Variant(FOUR_TILES | {LOAD: LOAD.replace("source[offset]", "source[0]")}),
    "the scale is doubled": Variant({"scale_ = tiling.scale;": "scale_ = 2.0f * tiling.scale;"}),
    "dout is forgotten": Variant({"AscendC::Mul(y, y, dout, count);": ""}),
    "predict and label are exchanged": Variant(
        {"AscendC::Sub(y, predict, label, count);": "AscendC::Sub(y, label, predict, count);"}
    ),
    "dout is not widened": Variant(
        {"AscendC::Cast(right, dout[start], AscendC::RoundMode::CAST_NONE, chunk);": ""}, dtype="float16"
    ),
    "the result is cut off instead of rounded": Variant(
        {"AscendC::RoundMode::CAST_RINT": "AscendC::RoundMode::CAST_TRUNC"}, dtype="float16"
    ),
    "two stages share a work buffer": Variant(
        {"rightBuffer_.template Get<float>()": "leftBuffer_.template Get<float>()"}, dtype="float16"
    ),
}


@dataclass(frozen=True)
class Layout:
    """Other places in UB, which break no rule: `conflicts` names what vector instructions then wait for."""

    replacements: Mapping[str, str]
    conflicts: str
    elems: int = ONE_TILE


GAP = "const uint32_t gapBytes = BANK_GAP_BYTES + (sideBytes < BANK_BYTES ? BANK_BYTES - sideBytes : 0);"
INIT_Y = "    pipe->InitBuffer(yQueue_, bufferNum, tileBytes);\n"
INIT_PREDICT = "    pipe->InitBuffer(predictQueue_, bufferNum, tileBytes);\n"

LAYOUTS = {
    "all starts are whole lines": Layout({GAP: "const uint32_t gapBytes = BANK_BYTES;"}, "read_conflicts"),
    "the gap fills no bank": Layout({GAP: "const uint32_t gapBytes = BANK_GAP_BYTES;"}, "write_conflicts"),
    "y reaches into the second bank": Layout(
        {INIT_Y + INIT_PREDICT: INIT_PREDICT + INIT_Y, "tileLength_ = tiling.tileLength;": "tileLength_ = 5632;"},
        "write_conflicts",
        elems=1_000_003,
    ),
}
