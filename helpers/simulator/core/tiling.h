// SPDX-License-Identifier: Apache-2.0
// What a kernel asks of its launch: the bytes of the tiling, and the tiling key.
#ifndef SIMULATOR_CORE_TILING_H
#define SIMULATOR_CORE_TILING_H

#include <cstddef>
#include <cstdint>

#include "finding.h"

namespace Simulator {

// Where the `bytes` of `structName` lie. The tiling argument has to be a global tensor that holds so many.
const void *FindTiling(const void *argument, size_t bytes, const char *structName, SourceLine where);

uint64_t TilingKey();

// Whether the launch has this key. What a block asks for is kept until CheckTilingKey.
bool IsTilingKey(uint64_t key, SourceLine where);

// At the end of a block: a key that no TILING_KEY_IS names belongs to no kernel on a device.
void CheckTilingKey();

// The kernel types of CANN by name, and whether they run on vector cores alone.
[[noreturn]] void ReportKernelType(const char *type, SourceLine where);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_TILING_H
