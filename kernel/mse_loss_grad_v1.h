// SPDX-License-Identifier: Apache-2.0
// y = (predict - label) * scale * dout, element by element, computed in float32 for both dtypes.
//
// Each core streams its own range of the tensors through UB tile by tile: CopyIn -> Compute -> CopyOut.
// float16 is widened first (exact) and rounded once at the end: as a half, 2 / N is subnormal beyond N = 2^15 and
// zero beyond 2^26. Every call below exists on both families, dav-2201 (Ascend910B) and dav-3002 (Ascend310B).
#ifndef MSE_LOSS_GRAD_V1_H
#define MSE_LOSS_GRAD_V1_H

#include "kernel_operator.h"
#include "mse_loss_grad_v1_tiling_data.h"

namespace NsMseLossGradV1 {

template <typename T>
class MseLossGradV1 {
public:
    __aicore__ inline MseLossGradV1() {}
    __aicore__ inline void Init(GM_ADDR predict, GM_ADDR label, GM_ADDR dout, GM_ADDR y,
                                const MseLossGradV1TilingData &tiling, AscendC::TPipe *pipe);
    __aicore__ inline void Process();

private:
    static constexpr bool WIDEN = AscendC::IsSameType<T, half>::value;

    __aicore__ inline void InitBuffers(const MseLossGradV1TilingData &tiling, AscendC::TPipe *pipe);
    __aicore__ inline void CopyIn(uint64_t offset, uint32_t count);
    __aicore__ inline void Compute(uint32_t count);
    __aicore__ inline void CopyOut(uint64_t offset, uint32_t count);
    __aicore__ inline void LoadTile(AscendC::TQue<AscendC::TPosition::VECIN, 1> &queue,
                                    const AscendC::GlobalTensor<T> &source, uint64_t offset, uint32_t count);
    __aicore__ inline void ComputeWidened(const AscendC::LocalTensor<T> &y, const AscendC::LocalTensor<T> &predict,
                                          const AscendC::LocalTensor<T> &label, const AscendC::LocalTensor<T> &dout,
                                          uint32_t count);

    AscendC::GlobalTensor<T> predictGm_;
    AscendC::GlobalTensor<T> labelGm_;
    AscendC::GlobalTensor<T> doutGm_;
    AscendC::GlobalTensor<T> yGm_;

    AscendC::TQue<AscendC::TPosition::VECIN, 1> predictQueue_;
    AscendC::TQue<AscendC::TPosition::VECIN, 1> labelQueue_;
    AscendC::TQue<AscendC::TPosition::VECIN, 1> doutQueue_;
    AscendC::TQue<AscendC::TPosition::VECOUT, 1> yQueue_;
    AscendC::TBuf<AscendC::TPosition::VECCALC> leftBuffer_;   // float32 chunk: the running result
    AscendC::TBuf<AscendC::TPosition::VECCALC> rightBuffer_;  // float32 chunk: the second operand
    AscendC::TBuf<AscendC::TPosition::VECCALC> bankGap_;

    uint64_t coreLength_ = 0;
    uint32_t tileLength_ = 0;
    uint32_t chunkLength_ = 0;
    float scale_ = 0.0f;
};

template <typename T>
__aicore__ inline void MseLossGradV1<T>::Init(GM_ADDR predict, GM_ADDR label, GM_ADDR dout, GM_ADDR y,
                                              const MseLossGradV1TilingData &tiling, AscendC::TPipe *pipe)
{
    const uint64_t core = static_cast<uint64_t>(AscendC::GetBlockIdx());
    if (core >= tiling.coreNum) {
        return;
    }
    const uint64_t longCores = core < tiling.longCoreNum ? core : tiling.longCoreNum;
    const uint64_t start = longCores * tiling.longCoreLength + (core - longCores) * tiling.shortCoreLength;
    const uint64_t share = core < tiling.longCoreNum ? tiling.longCoreLength : tiling.shortCoreLength;
    const uint64_t left = tiling.totalLength - start;
    coreLength_ = share < left ? share : left;
    tileLength_ = tiling.tileLength;
    chunkLength_ = tiling.chunkLength;
    scale_ = tiling.scale;

    predictGm_.SetGlobalBuffer(reinterpret_cast<__gm__ T *>(predict) + start, coreLength_);
    labelGm_.SetGlobalBuffer(reinterpret_cast<__gm__ T *>(label) + start, coreLength_);
    doutGm_.SetGlobalBuffer(reinterpret_cast<__gm__ T *>(dout) + start, coreLength_);
    yGm_.SetGlobalBuffer(reinterpret_cast<__gm__ T *>(y) + start, coreLength_);
#if (defined(__NPU_ARCH__) && __NPU_ARCH__ == 2201) || (defined(__CCE_AICORE__) && __CCE_AICORE__ == 220)
    // Every input byte is read once: keeping it out of L2 leaves the room to others. Not on dav-3002.
    predictGm_.SetL2CacheHint(AscendC::CacheMode::CACHE_MODE_DISABLE);
    labelGm_.SetL2CacheHint(AscendC::CacheMode::CACHE_MODE_DISABLE);
    doutGm_.SetL2CacheHint(AscendC::CacheMode::CACHE_MODE_DISABLE);
#endif
    InitBuffers(tiling, pipe);
}

template <typename T>
__aicore__ inline void MseLossGradV1<T>::InitBuffers(const MseLossGradV1TilingData &tiling, AscendC::TPipe *pipe)
{
    const uint32_t tileBytes = tileLength_ * sizeof(T);
    const uint32_t chunkBytes = chunkLength_ * sizeof(float);
    const uint8_t bufferNum = static_cast<uint8_t>(tiling.bufferNum);
    // Two queues lie on either side of the gap; for float16, right lies before all of them and left behind. Sources
    // that are read together start in different bank groups: one before the gap, one behind, and all else is whole
    // lines. A result goes to where a source lies, or to another bank than what is read: two queues and the gap fill a
    // bank, and y ends within the first.
    const uint32_t sideBytes = 2 * bufferNum * tileBytes;
    const uint32_t gapBytes = BANK_GAP_BYTES + (sideBytes < BANK_BYTES ? BANK_BYTES - sideBytes : 0);
    if constexpr (WIDEN) {
        pipe->InitBuffer(rightBuffer_, chunkBytes);
    }
    pipe->InitBuffer(yQueue_, bufferNum, tileBytes);
    pipe->InitBuffer(predictQueue_, bufferNum, tileBytes);
    pipe->InitBuffer(bankGap_, gapBytes);
    pipe->InitBuffer(labelQueue_, bufferNum, tileBytes);
    pipe->InitBuffer(doutQueue_, bufferNum, tileBytes);
    if constexpr (WIDEN) {
        pipe->InitBuffer(leftBuffer_, chunkBytes);
    }
}

template <typename T>
__aicore__ inline void MseLossGradV1<T>::Process()
{
    for (uint64_t offset = 0; offset < coreLength_; offset += tileLength_) {
        const uint64_t left = coreLength_ - offset;
        const uint32_t count = left < tileLength_ ? static_cast<uint32_t>(left) : tileLength_;
        CopyIn(offset, count);
        Compute(count);
        CopyOut(offset, count);
    }
}

template <typename T>
__aicore__ inline void MseLossGradV1<T>::CopyIn(uint64_t offset, uint32_t count)
{
    LoadTile(predictQueue_, predictGm_, offset, count);
    LoadTile(labelQueue_, labelGm_, offset, count);
    LoadTile(doutQueue_, doutGm_, offset, count);
}

template <typename T>
__aicore__ inline void MseLossGradV1<T>::LoadTile(AscendC::TQue<AscendC::TPosition::VECIN, 1> &queue,
                                                  const AscendC::GlobalTensor<T> &source, uint64_t offset,
                                                  uint32_t count)
{
    // DataCopyPad counts bytes: unlike DataCopy it moves a tail that is no multiple of 32 bytes, and no byte more.
    const AscendC::DataCopyExtParams tile{1, static_cast<uint32_t>(count * sizeof(T)), 0, 0, 0};
    const AscendC::DataCopyPadExtParams<T> noPadding{false, 0, 0, static_cast<T>(0)};
    AscendC::LocalTensor<T> local = queue.template AllocTensor<T>();
    AscendC::DataCopyPad(local, source[offset], tile, noPadding);
    queue.EnQue(local);
}

template <typename T>
__aicore__ inline void MseLossGradV1<T>::Compute(uint32_t count)
{
    AscendC::LocalTensor<T> predict = predictQueue_.template DeQue<T>();
    AscendC::LocalTensor<T> label = labelQueue_.template DeQue<T>();
    AscendC::LocalTensor<T> dout = doutQueue_.template DeQue<T>();
    AscendC::LocalTensor<T> y = yQueue_.template AllocTensor<T>();
    if constexpr (WIDEN) {
        ComputeWidened(y, predict, label, dout, count);
    } else {
        AscendC::Sub(y, predict, label, count);
        AscendC::Muls(y, y, scale_, count);
        AscendC::Mul(y, y, dout, count);
    }
    yQueue_.EnQue(y);
    predictQueue_.FreeTensor(predict);
    labelQueue_.FreeTensor(label);
    doutQueue_.FreeTensor(dout);
}

template <typename T>
__aicore__ inline void MseLossGradV1<T>::ComputeWidened(const AscendC::LocalTensor<T> &y,
                                                        const AscendC::LocalTensor<T> &predict,
                                                        const AscendC::LocalTensor<T> &label,
                                                        const AscendC::LocalTensor<T> &dout, uint32_t count)
{
    AscendC::LocalTensor<float> left = leftBuffer_.template Get<float>();
    AscendC::LocalTensor<float> right = rightBuffer_.template Get<float>();
    for (uint32_t start = 0; start < count; start += chunkLength_) {
        const uint32_t chunk = count - start < chunkLength_ ? count - start : chunkLength_;
        AscendC::Cast(left, predict[start], AscendC::RoundMode::CAST_NONE, chunk);
        AscendC::Cast(right, label[start], AscendC::RoundMode::CAST_NONE, chunk);
        AscendC::Sub(left, left, right, chunk);
        AscendC::Muls(left, left, scale_, chunk);
        AscendC::Cast(right, dout[start], AscendC::RoundMode::CAST_NONE, chunk);
        AscendC::Mul(left, left, right, chunk);
        AscendC::Cast(y[start], left, AscendC::RoundMode::CAST_RINT, chunk);
    }
}

template <typename T>
__aicore__ inline void MseLossGradV1<T>::CopyOut(uint64_t offset, uint32_t count)
{
    const AscendC::DataCopyExtParams tile{1, static_cast<uint32_t>(count * sizeof(T)), 0, 0, 0};
    AscendC::LocalTensor<T> y = yQueue_.template DeQue<T>();
    AscendC::DataCopyPad(yGm_[offset], y, tile);
    yQueue_.FreeTensor(y);
}

}  // namespace NsMseLossGradV1

#endif  // MSE_LOSS_GRAD_V1_H
