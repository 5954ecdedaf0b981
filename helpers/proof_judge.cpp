// SPDX-License-Identifier: Apache-2.0
// The judgements of helpers/proof.py and helpers/precise_proof.py, element by element, fast enough for 2^32 of them.
// Knows nothing of the kernel and of the simulator: halves come as their encodings and a table of their values.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace {

constexpr uint16_t MAGNITUDE = 0x7FFF;
constexpr uint16_t INFINITE = 0x7C00;
constexpr uint16_t SMALLEST_NORMAL = 0x0400;
constexpr double MIN_POWER = 0x1p-14;  // the lowest and the highest binade of normal halves
constexpr double MAX_POWER = 0x1p15;
constexpr double SPACINGS = 0x1p10;  // values in a binade

// 2^e for 2^e <= |value| < 2^(e + 1); 0 for 0.
double PowerBelow(double value)
{
    uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof(bits));
    bits &= uint64_t{0x7FF} << 52;
    std::memcpy(&value, &bits, sizeof(bits));
    return value;
}

}  // namespace

extern "C" {

struct PairVerdict {
    uint64_t nan, infinite, zero, subnormal, notNearest, failures;
    double maxUlp;
    uint64_t worst;  // the place of the label
};

// `places` has the value of every encoding, 2^16 for infinity. `saturates`: infinity becomes 65504, NaN becomes +0.
void JudgePairs(const uint16_t *y, double predict, const double *label, uint64_t count, const double *places,
                double twiceDout, double divisor, double boundUlp, uint32_t saturates, PairVerdict *verdict)
{
    PairVerdict found = {};
    found.maxUlp = -1.0;
    const double limit = saturates != 0 ? 65504.0 : 65536.0;
    for (uint64_t i = 0; i < count; ++i) {
        const uint16_t magnitude = y[i] & MAGNITUDE;
        const bool isNan = magnitude > INFINITE;
        found.nan += isNan;
        found.infinite += magnitude == INFINITE;
        found.zero += magnitude == 0;
        found.subnormal += magnitude != 0 && magnitude < SMALLEST_NORMAL;
        double truth = (predict - label[i]) * twiceDout / divisor;
        double error = 0.0;
        bool wrong = false;
        if (truth != truth) {
            wrong = saturates != 0 ? y[i] != 0 : !isNan;
        } else if (isNan) {
            error = HUGE_VAL;
            wrong = true;
        } else {
            truth = std::min(std::max(truth, -limit), limit);
            const double power = std::min(std::max(PowerBelow(truth), MIN_POWER), MAX_POWER);
            error = std::fabs(places[y[i]] - truth) / power * SPACINGS;
            wrong = error > boundUlp || std::signbit(truth) != ((y[i] & ~MAGNITUDE) != 0);
        }
        found.notNearest += error > 0.5;
        found.failures += wrong;
        if (error > found.maxUlp) {
            found.maxUlp = error;
            found.worst = i;
        }
    }
    *verdict = found;
}

struct FloatVerdict {
    uint64_t judged, notNearest, failures;
    double maxUlp;
    uint64_t worst;  // the place in the arrays
};

// float32 elements inside the domain that kernel/precise states; the others are passed over.
void JudgeFloats(const float *y, const float *predict, const float *label, const float *dout, uint64_t count,
                 double divisor, double boundUlp, FloatVerdict *verdict)
{
    FloatVerdict found = {};
    found.maxUlp = -1.0;
    for (uint64_t i = 0; i < count; ++i) {
        const double difference = static_cast<double>(predict[i]) - static_cast<double>(label[i]);
        const double scaled = difference * 2.0 / divisor;
        const double truth = difference * static_cast<double>(dout[i]) * 2.0 / divisor;
        const double magnitude = std::fabs(truth);
        const double largest =
            std::max({std::fabs(double{predict[i]}), std::fabs(double{label[i]}), std::fabs(scaled), magnitude});
        const bool isSmallEnough = largest < 0x1p127 && std::isfinite(dout[i]);
        const bool isLargeEnough = std::fabs(scaled) >= 0x1p-100 && magnitude >= 0x1p-100;
        if (!isSmallEnough || !isLargeEnough) {
            continue;
        }
        const double error = std::fabs(static_cast<double>(y[i]) - truth) / PowerBelow(truth) * 0x1p23;
        const bool isWithin = error <= boundUlp;  // false for NaN
        ++found.judged;
        found.notNearest += error > 0.5;
        found.failures += !isWithin;
        if (!(error <= found.maxUlp)) {
            found.maxUlp = error;
            found.worst = i;
        }
    }
    *verdict = found;
}

}  // extern "C"
