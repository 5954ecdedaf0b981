// SPDX-License-Identifier: Apache-2.0
// An instruction may use a queue tensor only while the kernel holds it: after AllocTensor or DeQue, before EnQue or
// FreeTensor.
#include "check.h"
#include "queue_life.h"

namespace Simulator {

void CheckBufferState(const Instruction &instruction, AiCore &core)
{
    for (uint32_t i = 0; i < instruction.operandNum; ++i) {
        const Operand &operand = instruction.operands[i];
        if (operand.space != Space::UB) {
            continue;
        }
        if (!core.Buffers().Holds(operand.buffer)) {
            core.Report({"ub-unallocated", operand.role, "the tensor belongs to 0 buffers: it was never allocated",
                         "get it from AllocTensor, DeQue or TBuf::Get", 0, 1},
                        instruction, operand);
        }
        const Buffer &buffer = core.Buffers()[operand.buffer];
        const auto name = [&] { return std::string(operand.role) + " (" + BufferName(buffer, operand.buffer) + ")"; };
        const bool held = buffer.state != BufferState::FREE && buffer.state != BufferState::RELEASED;
        if (!held || operand.generation != buffer.generation) {
            const std::string line = " in line " + std::to_string(buffer.changedAt.line);
            const std::string message = held ? "the tensor was freed, and its buffer given out again" + line
                                        : buffer.state == BufferState::FREE
                                            ? "the tensor was freed" + line
                                            : "the tensor is gone: its TPipe or TBufPool was set up again or destroyed";
            core.Report({"use-after-free", name(), message, "move FreeTensor behind the last use",
                         static_cast<int64_t>(buffer.state), static_cast<int64_t>(BufferState::OCCUPIED)},
                        instruction, operand);
        }
        if (buffer.state == BufferState::ENQUEUED) {
            core.Report({"use-while-enqueued", name(),
                         "the tensor is in the queue since line " + std::to_string(buffer.changedAt.line) +
                             ": it belongs to the next stage",
                         "use it before EnQue or after DeQue", static_cast<int64_t>(buffer.state),
                         static_cast<int64_t>(BufferState::DEQUEUED)},
                        instruction, operand);
        }
    }
}

}  // namespace Simulator
