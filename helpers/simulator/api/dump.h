// SPDX-License-Identifier: Apache-2.0
// DumpTensor: prints elements of a tensor, once all pipes have finished.
#ifndef SIMULATOR_API_DUMP_H
#define SIMULATOR_API_DUMP_H

#include <cstring>
#include <string>
#include <vector>

#include "../core/dump.h"
#include "global_tensor.h"
#include "local_tensor.h"
#include "print.h"
#include "shape_info.h"
#include "system.h"

namespace Simulator {

template <typename T>
constexpr const char *DumpTypeName()
{
    if constexpr (std::is_same<T, bool>::value) {
        return "bool";
    } else if constexpr (std::is_integral<T>::value) {
        constexpr const char *NAMES[2][4] = {{"uint8", "uint16", "uint32", "uint64"},
                                             {"int8", "int16", "int32", "int64"}};
        return NAMES[std::is_signed<T>::value][sizeof(T) == 8 ? 3 : sizeof(T) / 2];
    } else if constexpr (std::is_same<T, float>::value) {
        return "float32";
    } else {
        static_assert(sizeof(T) == 2 && std::is_convertible<T, float>::value, "DumpTensor prints numbers");
        return std::is_same<T, half>::value ? "float16" : "bfloat16";
    }
}

// One element as text; a float with six decimals, as CANN prints it.
template <typename T>
std::string DumpText(const uint8_t *bytes)
{
    T value;
    std::memcpy(static_cast<void *>(&value), bytes, sizeof(T));
    if constexpr (std::is_integral<T>::value) {
        return std::to_string(value);
    } else {
        return std::to_string(static_cast<float>(value));
    }
}

template <typename Operand>
void Dump(const Operand &tensor, const char *position, const char *type, std::string (*text)(const uint8_t *),
          uint32_t desc, uint32_t count, const AscendC::ShapeInfo &shape, SourceLine where)
{
    if (!SIMULATOR_PRINTS) {
        return;
    }
    std::vector<std::string> values;
    if (count > 0) {
        AiCore::Current()->DrainPipes();
        const uint8_t *first = static_cast<const uint8_t *>(AccessElement("DumpTensor", tensor, 0, false, where));
        AccessElement("DumpTensor", tensor, count - 1, false, where);
        for (uint32_t i = 0; i < count; ++i) {
            values.push_back(text(first + uint64_t{i} * tensor.elementBytes));
        }
    }
    PrintLines("DumpTensor: desc=" + std::to_string(desc) + ", addr=" + AddressText(tensor) + ", data_type=" + type +
               ", position=" + position + ", dump_size=" + std::to_string(count) + "\n" +
               Arranged(values, std::vector<uint32_t>(shape.shape, shape.shape + shape.shapeDim)));
}

}  // namespace Simulator

namespace AscendC {

template <typename T>
void DumpTensor(const LocalTensor<T> &tensor, uint32_t desc, uint32_t dumpSize,
                const ShapeInfo &shapeInfo = ShapeInfo(), Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::Dump(tensor.As("tensor"), "UB", Simulator::DumpTypeName<T>(), Simulator::DumpText<T>, desc, dumpSize,
                    shapeInfo, where);
}

template <typename T>
void DumpTensor(const GlobalTensor<T> &tensor, uint32_t desc, uint32_t dumpSize,
                const ShapeInfo &shapeInfo = ShapeInfo(), Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    Simulator::Dump(tensor.As("tensor"), "GM", Simulator::DumpTypeName<T>(), Simulator::DumpText<T>, desc, dumpSize,
                    shapeInfo, where);
}

#if __NPU_ARCH__ == 2201
// From element `countOff` on.
template <typename Tensor>
void DumpAccChkPoint(const Tensor &tensor, uint32_t index, uint32_t countOff, uint32_t dumpSize,
                     Simulator::SourceLine where = Simulator::SourceLine::Here())
{
    DumpTensor(tensor[countOff], index, dumpSize, ShapeInfo(), where);
}
#endif

// CANN's builds print time stamps only where ASCENDC_TIME_STAMP_ON is defined.
inline void PrintTimeStamp(uint32_t descId)
{
#ifdef ASCENDC_TIME_STAMP_ON
    Simulator::PrintLines("descId is " + std::to_string(descId) + ", rsv is 0, timeStamp is " +
                          std::to_string(Simulator::NextCycle()) + ", pcPtr is 0, entry is 0.");
#else
    (void)descId;
#endif
}

}  // namespace AscendC

#endif  // SIMULATOR_API_DUMP_H
