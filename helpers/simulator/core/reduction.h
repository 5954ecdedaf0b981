// SPDX-License-Identifier: Apache-2.0
// Reduces elements side by side, of which some may be absent. The numeric model is in reduce_ops.h.
#ifndef SIMULATOR_CORE_REDUCTION_H
#define SIMULATOR_CORE_REDUCTION_H

#include <cmath>
#include <cstdint>

#include "element.h"
#include "numeric_modes.h"

namespace Simulator {

constexpr uint32_t MAX_LANES = 128;  // of a repeat: halves

// Of a maximum or minimum: the element's bits and which one it is.
struct Extreme {
    uint32_t bits;
    uint32_t index;
    bool found;
};

template <typename T>
class Reducer {
public:
    using Storage = typename Element<T>::Storage;
    using Value = typename Element<T>::Value;

    explicit Reducer(const NumericModes &modes) : modes_(modes), changesResults_(modes.ChangesResults(DataTypeOf<T>()))
    {
    }

    // Operands as the unit sees them, in place.
    void TakeOperands(Storage *elements, uint32_t count) const { modes_.OnOperands(elements, count, DataTypeOf<T>()); }

    Storage Add(Storage left, Storage right) const
    {
        Storage sum = Element<T>::Write(Element<T>::Read(left) + Element<T>::Read(right));
        if (changesResults_) {
            modes_.OnResults(&sum, 1, DataTypeOf<T>());
        }
        return sum;
    }

    // The sum is left in elements[0], and whether there was any element in present[0]. `count` is a power of two.
    void SumTree(Storage *elements, bool *present, uint32_t count) const
    {
        for (; count > 1; count /= 2) {
            for (uint32_t i = 0; i < count / 2; ++i) {
                const bool left = present[2 * i];
                const bool right = present[2 * i + 1];
                elements[i] =
                    left && right ? Add(elements[2 * i], elements[2 * i + 1]) : elements[left ? 2 * i : 2 * i + 1];
                present[i] = left || right;
            }
        }
    }

    // The best of `count` elements and of `best`, whose index counts from where `firstIndex` does.
    void Find(bool maximum, const Storage *elements, const bool *present, uint32_t count, uint32_t firstIndex,
              Extreme &best) const
    {
        Value bestValue = Element<T>::Read(static_cast<Storage>(0));
        if (best.found) {
            Storage storage;
            __builtin_memcpy(&storage, &best.bits, sizeof(storage));
            bestValue = Element<T>::Read(storage);
        }
        for (uint32_t i = 0; i < count; ++i) {
            const Value value = Element<T>::Read(elements[i]);
            if (present[i] && (!best.found || Beats(maximum, value, bestValue))) {
                best = {0, firstIndex + i, true};
                __builtin_memcpy(&best.bits, &elements[i], sizeof(Storage));
                bestValue = value;
            }
        }
    }

    // A maximum or minimum as a result of the unit.
    void GiveResult(Extreme &best) const { modes_.OnResults(&best.bits, 1, DataTypeOf<T>()); }

private:
    static bool Beats(bool maximum, Value value, Value best)
    {
        if (std::isnan(best) || std::isnan(value)) {
            return !std::isnan(best);
        }
        if (value != best) {
            return maximum ? value > best : value < best;
        }
        return maximum ? std::signbit(best) && !std::signbit(value) : !std::signbit(best) && std::signbit(value);
    }

    NumericModes modes_;
    bool changesResults_;
};

}  // namespace Simulator

#endif  // SIMULATOR_CORE_REDUCTION_H
