// SPDX-License-Identifier: Apache-2.0
// Brcb: each of 8 elements fills a data block.
#ifndef SIMULATOR_CORE_BROADCAST_OPS_H
#define SIMULATOR_CORE_BROADCAST_OPS_H

#include "issue.h"

namespace Simulator {

// Reads 8 elements side by side for each repeat; writes 8 data blocks with strides.
void IssueBroadcastToBlocks(const char *call, const LocalOperand &dst, const LocalOperand &src, uint32_t repeats,
                            const VectorGeometry::Stride &dstStride, SourceLine where);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_BROADCAST_OPS_H
