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
    ],
)
def test_the_expression_of_an_operand(line, call, index, text):
    assert operand_text(SOURCE, line, call, index) == text


def test_text_that_is_no_program_has_no_operands():
    for broken in ("", "Sub(", "Sub)", "Sub<(", "x.)]Sub(a)", "Sub(a, b"):
        assert operand_text(broken, 1, "Sub", 1) == ""
