// SPDX-License-Identifier: Apache-2.0
#include "slice_copy.h"

#include <string>

#include "ai_core.h"

namespace Simulator {

namespace {

constexpr uint32_t MAX_DIMENSIONS = 8;

// Pieces along one dimension that together make endIndex - startIndex + 1 elements, or 0 if none do.
uint32_t PiecesOf(const SliceInfo &slice, uint32_t pieceElements)
{
    if (slice.endIndex < slice.startIndex || pieceElements == 0) {
        return 0;
    }
    const uint64_t extent = uint64_t{slice.endIndex} - slice.startIndex + 1;
    const uint64_t pitch = uint64_t{pieceElements} + slice.stride;
    return (extent + slice.stride) % pitch == 0 ? static_cast<uint32_t>((extent + slice.stride) / pitch) : 0;
}

// The rows of both sides: where each one starts, and how many there are.
class SliceRows {
public:
    SliceRows(const char *call, uint32_t elementBytes, const SlicePair &slices, SourceLine where)
        : slices_(slices), call_(call), where_(where)
    {
        if (slices.dimensions < 1 || slices.dimensions > MAX_DIMENSIONS) {
            Refuse("dimValue", slices.dimensions, MAX_DIMENSIONS, "1 to 8 dimensions are possible");
        }
        for (uint32_t i = 0; i < slices.dimensions; ++i) {
            const SliceInfo &dst = slices.dst[i], &src = slices.src[i];
            const std::string name = "SliceInfo[" + std::to_string(i) + "]";
            if (dst.burstLen != src.burstLen || (i > 0 && src.burstLen != 1)) {
                Refuse(name + ".burstLen", dst.burstLen, src.burstLen,
                       i > 0 ? "burstLen is 1 above the first dimension" : "both sides need the same burstLen");
            }
            const uint32_t piece = i > 0 ? 1 : src.burstLen * DATA_BLOCK_BYTES / elementBytes;
            pieces_[i] = PiecesOf(src, piece);
            if (pieces_[i] == 0 || PiecesOf(dst, piece) != pieces_[i]) {
                Refuse(name, PiecesOf(dst, piece), pieces_[i],
                       "endIndex - startIndex + 1 is to be N pieces and N - 1 strides, with the same N on both sides");
            }
            for (const SliceInfo *side : {&dst, &src}) {
                if (slices.dimensions > 1 && side->endIndex >= side->shapeValue) {
                    Refuse(name + ".shapeValue", side->endIndex, side->shapeValue, "endIndex lies in 0..shapeValue-1");
                }
            }
            rows_ *= i > 0 ? pieces_[i] : 1;
        }
    }

    uint32_t Rows() const { return rows_; }
    uint32_t PiecesInRow() const { return pieces_[0]; }
    uint64_t ElementOf(const SliceInfo *side, uint32_t row) const
    {
        uint64_t element = side[0].startIndex;
        uint64_t pitch = 1;
        for (uint32_t i = 1; i < slices_.dimensions; ++i) {
            pitch *= side[i - 1].shapeValue;
            const uint64_t index = side[i].startIndex + uint64_t{row % pieces_[i]} * (1 + side[i].stride);
            element += index * pitch;
            row /= pieces_[i];
        }
        return element;
    }
    // The gap in UB in whole data blocks: the instruction counts it in blocks.
    uint64_t UbGapBytes(const SliceInfo &side, uint32_t elementBytes) const
    {
        const uint64_t bytes = uint64_t{side.stride} * elementBytes;
        if (PiecesInRow() > 1 && bytes % DATA_BLOCK_BYTES != 0) {
            Refuse("SliceInfo[0].stride", bytes, bytes / DATA_BLOCK_BYTES * DATA_BLOCK_BYTES,
                   "in UB the stride is a multiple of 32 bytes");
        }
        return bytes;
    }

private:
    void Refuse(const std::string &field, uint64_t actual, uint64_t expected, const char *rule) const
    {
        AiCore::Current()->Report({"copy-slice", field,
                                   "the slices of both sides do not fit: " + field + " gives " +
                                       std::to_string(actual) + " against " + std::to_string(expected) + "; " + rule,
                                   "compare both arrays of SliceInfo, field by field", static_cast<int64_t>(actual),
                                   static_cast<int64_t>(expected)},
                                  call_, where_);
    }

    const SlicePair &slices_;
    const char *call_;
    SourceLine where_;
    uint32_t pieces_[MAX_DIMENSIONS] = {};
    uint32_t rows_ = 1;
};

CopyShape ShapeOf(const SliceRows &rows, const SlicePair &slices, uint64_t srcGapBytes, uint64_t dstGapBytes)
{
    const bool inBlocks = srcGapBytes % DATA_BLOCK_BYTES == 0 && dstGapBytes % DATA_BLOCK_BYTES == 0;
    return {inBlocks ? CopyForm::BLOCKS : CopyForm::BYTES, rows.PiecesInRow(),
            uint64_t{slices.src[0].burstLen} * DATA_BLOCK_BYTES, srcGapBytes, dstGapBytes};
}

}  // namespace

void IssueSlicesToUb(const CopyCall &call, const LocalOperand &dst, const GlobalOperand &src, const SlicePair &slices,
                     SourceLine where)
{
    const SliceRows rows(call.name, src.elementBytes, slices, where);
    const CopyShape shape = ShapeOf(rows, slices, uint64_t{slices.src[0].stride} * src.elementBytes,
                                    rows.UbGapBytes(slices.dst[0], dst.elementBytes));
    for (uint32_t row = 0; row < rows.Rows(); ++row) {
        IssueCopyToUb(call, FromElement(dst, rows.ElementOf(slices.dst, row)),
                      FromElement(src, rows.ElementOf(slices.src, row)), shape, {false, 0, 0, 0}, where);
    }
}

void IssueSlicesToGm(const CopyCall &call, const GlobalOperand &dst, const LocalOperand &src, const SlicePair &slices,
                     SourceLine where)
{
    const SliceRows rows(call.name, src.elementBytes, slices, where);
    const CopyShape shape = ShapeOf(rows, slices, rows.UbGapBytes(slices.src[0], src.elementBytes),
                                    uint64_t{slices.dst[0].stride} * dst.elementBytes);
    for (uint32_t row = 0; row < rows.Rows(); ++row) {
        IssueCopyToGm(call, FromElement(dst, rows.ElementOf(slices.dst, row)),
                      FromElement(src, rows.ElementOf(slices.src, row)), shape, where);
    }
}

}  // namespace Simulator
