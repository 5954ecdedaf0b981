// SPDX-License-Identifier: Apache-2.0
// The calls that synchronise cores.
#ifndef SIMULATOR_CORE_CROSS_CORE_ISSUE_H
#define SIMULATOR_CORE_CROSS_CORE_ISSUE_H

#include "issue.h"

namespace Simulator {

// SyncAll waits for all cores: by a flag, or by marks in a workspace, then perhaps for cores 0 to usedCores - 1 only.
void IssueSyncAll(SourceLine where);
void IssueSyncAll(const GlobalOperand &gmWorkspace, const LocalOperand &ubWorkspace, int32_t usedCores,
                  SourceLine where);

// Takes effect when `pipe` has come to it.
void IssueCrossCoreSet(Pipe pipe, uint16_t id, SourceLine where);
void IssueCrossCoreWait(uint16_t id, SourceLine where);

// A mark in the workspace, set for the core blockIdx and cleared by the one that waits.
void IssueMark(bool set, const GlobalOperand &gmWorkspace, const LocalOperand &ubWorkspace, int32_t blockIdx,
               int32_t eventId, SourceLine where);

// Block after block in ascending order.
void IssueTurnsBegin(const GlobalOperand &gmWorkspace, const LocalOperand &ubWorkspace, SourceLine where);
void IssueTurnWait(const GlobalOperand &gmWorkspace, const LocalOperand &ubWorkspace, SourceLine where);
void IssueTurnEnd(const GlobalOperand &gmWorkspace, const LocalOperand &ubWorkspace, SourceLine where);

}  // namespace Simulator

#endif  // SIMULATOR_CORE_CROSS_CORE_ISSUE_H
