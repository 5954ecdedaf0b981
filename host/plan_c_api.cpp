// SPDX-License-Identifier: Apache-2.0
// The planner and the SoC table for callers that are not C++: plain C functions that answer in JSON.
// The tiling travels as opaque bytes; only this file says what they mean, so no other language repeats the struct.
#include <cstdio>
#include <cstring>

#include "mse_loss_grad_v1_precise_tiling.h"
#include "mse_loss_grad_v1_tiling.h"
#include "soc_table.h"

namespace {

// Like snprintf: how many characters the text needs, whether or not they fitted.
template <typename... Values>
uint64_t Print(char *text, uint64_t capacity, const char *format, Values... values)
{
    const int length = std::snprintf(text, capacity, format, values...);
    return length < 0 ? 0 : static_cast<uint64_t>(length);
}

NsMseLossGradV1::PlanRequest RequestOf(uint64_t totalLength, uint32_t elementBytes, uint32_t reduction,
                                       uint32_t coreNum, uint32_t fullBandwidthCores, uint32_t clockMhz,
                                       uint32_t ubBytes)
{
    NsMseLossGradV1::PlanRequest request;
    request.totalLength = totalLength;
    request.elementBytes = elementBytes;
    request.reduction = static_cast<NsMseLossGradV1::Reduction>(reduction);
    request.coreNum = coreNum;
    request.fullBandwidthCores = fullBandwidthCores;
    request.clockMhz = clockMhz;
    request.ubBytes = ubBytes;
    return request;
}

template <typename TilingData, typename Planner>
uint32_t Planned(Planner planner, const NsMseLossGradV1::PlanRequest &request, void *tiling)
{
    TilingData data;
    const NsMseLossGradV1::PlanStatus status = planner(request, data);
    std::memcpy(tiling, &data, sizeof(data));
    return static_cast<uint32_t>(status);
}

}  // namespace

extern "C" {

uint64_t MseLossGradV1TilingBytes()
{
    return sizeof(MseLossGradV1TilingData);
}

// Fills `tiling` (MseLossGradV1TilingBytes() bytes) and returns a PlanStatus.
uint32_t MseLossGradV1Plan(uint64_t totalLength, uint32_t elementBytes, uint32_t reduction, uint32_t coreNum,
                           uint32_t fullBandwidthCores, uint32_t clockMhz, uint32_t ubBytes, void *tiling)
{
    const NsMseLossGradV1::PlanRequest request =
        RequestOf(totalLength, elementBytes, reduction, coreNum, fullBandwidthCores, clockMhz, ubBytes);
    return Planned<MseLossGradV1TilingData>(NsMseLossGradV1::PlanTiling, request, tiling);
}

uint64_t MseLossGradV1PreciseTilingBytes()
{
    return sizeof(MseLossGradV1PreciseTilingData);
}

// As MseLossGradV1Plan, for the precise variant; the bytes begin with the plain tiling, which Describe reads.
uint32_t MseLossGradV1PlanPrecise(uint64_t totalLength, uint32_t elementBytes, uint32_t reduction, uint32_t coreNum,
                                  uint32_t fullBandwidthCores, uint32_t clockMhz, uint32_t ubBytes, void *tiling)
{
    const NsMseLossGradV1::PlanRequest request =
        RequestOf(totalLength, elementBytes, reduction, coreNum, fullBandwidthCores, clockMhz, ubBytes);
    return Planned<MseLossGradV1PreciseTilingData>(NsMseLossGradV1::PlanPreciseTiling, request, tiling);
}

uint64_t MseLossGradV1DescribeTiling(const void *tiling, char *text, uint64_t capacity)
{
    MseLossGradV1TilingData data;
    std::memcpy(&data, tiling, sizeof(data));
    // %.9g prints a float so that reading it back gives the same float.
    return Print(text, capacity,
                 "{\"totalLength\": %llu, \"longCoreLength\": %llu, \"shortCoreLength\": %llu, \"longCoreNum\": %u, "
                 "\"coreNum\": %u, \"tileLength\": %u, \"bufferNum\": %u, \"chunkLength\": %u, \"scale\": %.9g}",
                 static_cast<unsigned long long>(data.totalLength),
                 static_cast<unsigned long long>(data.longCoreLength),
                 static_cast<unsigned long long>(data.shortCoreLength), data.longCoreNum, data.coreNum, data.tileLength,
                 data.bufferNum, data.chunkLength, static_cast<double>(data.scale));
}

uint32_t MseLossGradV1SocCount()
{
    return sizeof(NsMseLossGradV1::SOC_TABLE) / sizeof(NsMseLossGradV1::SOC_TABLE[0]);
}

uint64_t MseLossGradV1DescribeSoc(uint32_t index, char *text, uint64_t capacity)
{
    const NsMseLossGradV1::Soc &soc = NsMseLossGradV1::SOC_TABLE[index];
    return Print(
        text, capacity,
        "{\"name\": \"%s\", \"family\": \"%s\", \"npuArch\": %u, \"cceAicore\": %u, \"vectorCoreNum\": %u, "
        "\"fullBandwidthCores\": %u, \"clockMhz\": %u, \"ubBytes\": %u, \"plannedUbBytes\": %u, \"saturatesOnly\": %s}",
        soc.name, soc.family, soc.npuArch, soc.cceAicore, soc.vectorCoreNum, soc.fullBandwidthCores, soc.clockMhz,
        soc.ubBytes, soc.plannedUbBytes, soc.saturatesOnly ? "true" : "false");
}

}  // extern "C"
