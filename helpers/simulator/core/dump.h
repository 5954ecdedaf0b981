// SPDX-License-Identifier: Apache-2.0
// How DumpTensor lays out what it prints.
#ifndef SIMULATOR_CORE_DUMP_H
#define SIMULATOR_CORE_DUMP_H

#include <cstdint>
#include <string>
#include <vector>

#include "issue.h"

namespace Simulator {

// Where a tensor starts: an address in UB, or a global tensor with an offset, which unlike an address does not change.
std::string AddressText(const LocalOperand &tensor);
std::string AddressText(const GlobalOperand &tensor);

// The values in brackets, nested by `shape`: more values than it holds are left out, fewer are filled up by "-".
std::string Arranged(const std::vector<std::string> &values, const std::vector<uint32_t> &shape);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_DUMP_H
