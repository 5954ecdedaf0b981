# SPDX-License-Identifier: Apache-2.0
"""The learner's own expression for the operand that a finding blames."""

import pytest

from helpers.call_text import operand_text

SOURCE = """\
Sub(y, predict[start], label, count);
AscendC::DataCopyPad(local, source[offset + Of(1, 2)], tile, noPadding);  // DataCopyPad(not, this)
Cast<half, float>(narrow, wide[i], RoundMode::CAST_RINT, n);
float first = x.GetValue(i);
xs[core].inner->SetValue(0, F(a, b));
predictQueue_.template EnQue<half>(tensor);
LocalTensor<T> t = queues_[2].template AllocTensor<T>();
Add(
    sum,   /* , ( */
    Pick<half, 2>(left, right),
    other, n);
Adds(a, b, 1.0f, n); Adds(c, b, 1.0f, n);
printf("Add(%d, ", Mul(p, q, r, n));
result = left + right;
pipe.InitBuffer(inQueue, 2, 256); if (a < b) { Max(m, k, l, c > d); }
work_.Get<float>(64);
work_.GetWithOffset<float>(64, 32);
float never = work_.Get<Pair<half, float>>().GetValue(0);
tail_
    .template Get<float>().template ReinterpretCast<int>()
    ->GetValue(0);
bool less = a<b && Get<float>().GetValue(0) > c;
nothing.SetUserTag(1);
outQueue.InitBufHandle(&pool, 1, handle, 0, 256);
pipe.InitBufPool(second, 1024, first);
auto held = inQueue.AllocTensor<float>(); other.Use(held);
"""


@pytest.mark.parametrize(
    ("line", "call", "index", "text"),
    [
        (1, "Sub", 0, "y"),
        (1, "Sub", 1, "predict[start]"),
        (1, "Sub", 2, "label"),
        (2, "DataCopyPad", 1, "source[offset + Of(1, 2)]"),
        (3, "Cast", 0, "narrow"),
        (3, "Cast", 1, "wide[i]"),
        (4, "GetValue", 0, "x"),
        (5, "SetValue", 0, "xs[core].inner"),
        (6, "EnQue", -1, "tensor"),
        (7, "AllocTensor", -1, "queues_[2]"),
        (8, "Add", 0, "sum"),
        (9, "Add", 1, "Pick<half, 2>(left, right)"),
        (11, "Add", 2, "other"),
        (12, "Adds", 0, ""),  # two calls that differ
        (12, "Adds", 1, "b"),  # two that agree
        (13, "Mul", 2, "r"),
        (13, "Add", 0, ""),  # in a string
        (14, "Add", 0, ""),  # an operator
        (15, "InitBuffer", -1, "inQueue"),
        (15, "Max", 2, "l"),
        (16, "TBuf::Get", -1, "work_"),
        (1, "Sub", 7, ""),
        (1, "Sub", -1, ""),
        (99, "Sub", 0, ""),
        (17, "TBuf::Get", -1, "work_"),
        (18, "GetValue", 0, "work_.Get<Pair<half, float>>()"),
        (21, "GetValue", 0, "tail_ .template Get<float>().template ReinterpretCast<int>()"),
        (22, "GetValue", 0, "Get<float>()"),
        (23, "SetUserTag", -1, "nothing"),
        (24, "InitBufHandle", -1, "outQueue"),
        (25, "InitBufPool", -1, "second"),
    ],
)
def test_the_expression_of_an_operand(line, call, index, text):
    assert operand_text(SOURCE, line, call, index) == text


def test_text_that_is_no_program_has_no_operands():
    for broken in ("", "Sub(", "Sub)", "Sub<(", "x.)]Sub(a)", "Sub(a, b"):
        assert operand_text(broken, 1, "Sub", 1) == ""


@pytest.mark.parametrize(
    ("line", "call", "operand", "text"),
    [
        (6, "EnQue", "VECIN buffer 1 (UB 0x100, 256 B)", "tensor"),
        (6, "EnQue", "VECIN queue", "predictQueue_"),
        (6, "EnQue", "event ids of MTE2 to V", ""),
        (6, "EnQue", "kernel", ""),
        (6, "end of kernel", "VECIN buffer 1 (UB 0x100, 256 B)", "predictQueue_"),
        (7, "AllocTensor", "VECIN queue", "queues_[2]"),
        (15, "InitBuffer", "VECIN buffers", "inQueue"),
        (15, "InitBuffer", "VECCALC TBuf", "inQueue"),
        (15, "InitBuffer", "TPipe", "pipe"),
        (15, "InitBuffer", "TBufPool", "pipe"),
        (25, "InitBufPool", "TBufPool", "second"),
        (26, "end of kernel", "VECIN buffer 0 (UB 0x0, 256 B)", "inQueue"),
        (26, "Reset", "VECIN buffer 0 (UB 0x0, 256 B)", "inQueue"),
        (26, "end of kernel", "global tensor y", ""),
        (26, "AllocTensor", "kernel", ""),
    ],
)
def test_what_a_method_works_on_goes_by_the_name_of_the_operand(line, call, operand, text):
    assert operand_text(SOURCE, line, call, -1, operand) == text
