// SPDX-License-Identifier: Apache-2.0
// y = (predict - label) * 2/N * dout in float32, as if computed without error and rounded once.
//
// Each step carries what its rounding lost along in a second float32, after Knuth (differences) and Dekker (products).
// Both need nothing but roundings to nearest of single operations: no fused multiply-add, no wider type. The second
// words are off by at most 17 * 2^-48 of y, so y is within 0.5 + 17 * 2^-24 < 0.500002 ulp of the truth, provided
// - |predict - label|, |dout| and |(predict - label) * 2/N| are below 2^115: splitting multiplies by 2^12 + 1;
// - |y| is below 2^127;
// - |(predict - label) * 2/N| and |y| are at least 2^-100, or predict = label: what roundings lose is no subnormal.
// Outside, nothing is promised but this: where a second word is infinite or NaN, y is that of the plain kernel, bit for
// bit, so that the infinities and NaN of IEEE 754 and the signs of zeros stay what they are.
#ifndef MSE_LOSS_GRAD_V1_PRECISE_H
#define MSE_LOSS_GRAD_V1_PRECISE_H

#include "kernel_operator.h"
#include "mse_loss_grad_v1_precise_tiling_data.h"

namespace NsMseLossGradV1 {

class MseLossGradV1Precise {
public:
    __aicore__ inline MseLossGradV1Precise() {}
    __aicore__ inline void Init(GM_ADDR predict, GM_ADDR label, GM_ADDR dout, GM_ADDR y,
                                const MseLossGradV1PreciseTilingData &tiling, AscendC::TPipe *pipe);
    __aicore__ inline void Process();

private:
    using Queue = AscendC::TQue<AscendC::TPosition::VECIN, 1>;
    using Tensor = AscendC::LocalTensor<float>;

    static constexpr float SPLITTER = 4097.0f;    // 2^12 + 1: cuts a float32 into two halves of 12 bits
    static constexpr uint32_t REPEAT_ELEMS = 64;  // float32 in the 256 bytes that Compare and Select count in

    __aicore__ inline void LoadTile(Queue &queue, const AscendC::GlobalTensor<float> &source, uint64_t offset,
                                    uint32_t count);
    __aicore__ inline void ComputeTile(uint32_t count);
    __aicore__ inline void StoreTile(uint64_t offset, uint32_t count);
    __aicore__ inline void ComputeChunk(const Tensor &y, const Tensor &predict, const Tensor &label, const Tensor &dout,
                                        uint32_t count);
    __aicore__ inline void Subtract(const Tensor &predict, const Tensor &label, uint32_t count);
    __aicore__ inline void ScaleBoth(const Tensor &product, uint32_t count);
    __aicore__ inline void MultiplyBoth(const Tensor &dout, const Tensor &product, uint32_t count);
    __aicore__ inline void RoundOnce(const Tensor &y, uint32_t count);
    __aicore__ inline void Split(const Tensor &head, const Tensor &tail, const Tensor &value, uint32_t count);

    AscendC::GlobalTensor<float> predictGm_;
    AscendC::GlobalTensor<float> labelGm_;
    AscendC::GlobalTensor<float> doutGm_;
    AscendC::GlobalTensor<float> yGm_;

    Queue predictQueue_;
    Queue labelQueue_;
    Queue doutQueue_;
    AscendC::TQue<AscendC::TPosition::VECOUT, 1> yQueue_;
    AscendC::TBuf<AscendC::TPosition::VECCALC> workBuffer_;
    AscendC::TBuf<AscendC::TPosition::VECCALC> maskBuffer_;

    Tensor value_;  // the result so far, as a plain kernel has it ...
    Tensor rest_;   // ... and what its roundings lost
    Tensor head_;
    Tensor tail_;
    Tensor scaled_;
    Tensor doutTail_;
    Tensor spare_;

    uint64_t coreLength_ = 0;
    uint32_t tileLength_ = 0;
    uint32_t chunkLength_ = 0;
    float scale_ = 0.0f;
    float scaleRest_ = 0.0f;
    float scaleHead_ = 0.0f;
    float scaleTail_ = 0.0f;
};

__aicore__ inline void MseLossGradV1Precise::Init(GM_ADDR predict, GM_ADDR label, GM_ADDR dout, GM_ADDR y,
                                                  const MseLossGradV1PreciseTilingData &tiling, AscendC::TPipe *pipe)
{
    const MseLossGradV1TilingData &plain = tiling.plain;
    const uint64_t core = static_cast<uint64_t>(AscendC::GetBlockIdx());
    if (core >= plain.coreNum) {
        return;
    }
    const uint64_t longCores = core < plain.longCoreNum ? core : plain.longCoreNum;
    const uint64_t start = longCores * plain.longCoreLength + (core - longCores) * plain.shortCoreLength;
    const uint64_t share = core < plain.longCoreNum ? plain.longCoreLength : plain.shortCoreLength;
    const uint64_t left = plain.totalLength - start;
    coreLength_ = share < left ? share : left;
    tileLength_ = plain.tileLength;
    chunkLength_ = plain.chunkLength;
    scale_ = plain.scale;
    scaleRest_ = tiling.scaleRest;
    scaleHead_ = tiling.scaleHead;
    scaleTail_ = tiling.scaleTail;

    predictGm_.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(predict) + start, coreLength_);
    labelGm_.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(label) + start, coreLength_);
    doutGm_.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(dout) + start, coreLength_);
    yGm_.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y) + start, coreLength_);

    const uint32_t tileBytes = tileLength_ * sizeof(float);
    const uint8_t bufferNum = static_cast<uint8_t>(plain.bufferNum);
    pipe->InitBuffer(predictQueue_, bufferNum, tileBytes);
    pipe->InitBuffer(labelQueue_, bufferNum, tileBytes);
    pipe->InitBuffer(doutQueue_, bufferNum, tileBytes);
    pipe->InitBuffer(yQueue_, bufferNum, tileBytes);
    pipe->InitBuffer(workBuffer_, PRECISE_WORK_BUFFERS * chunkLength_ * sizeof(float));
    pipe->InitBuffer(maskBuffer_, chunkLength_ / 8);

    Tensor work = workBuffer_.Get<float>();
    // Compare and Select work on whole repeats: the lanes behind the last element hold zeros, not what was there.
    AscendC::Duplicate(work, 0.0f, PRECISE_WORK_BUFFERS * chunkLength_);
    value_ = work;
    rest_ = work[chunkLength_];
    head_ = work[2 * chunkLength_];
    tail_ = work[3 * chunkLength_];
    scaled_ = work[4 * chunkLength_];
    doutTail_ = work[5 * chunkLength_];
    spare_ = work[6 * chunkLength_];
}

__aicore__ inline void MseLossGradV1Precise::Process()
{
    for (uint64_t offset = 0; offset < coreLength_; offset += tileLength_) {
        const uint64_t left = coreLength_ - offset;
        const uint32_t count = left < tileLength_ ? static_cast<uint32_t>(left) : tileLength_;
        LoadTile(predictQueue_, predictGm_, offset, count);
        LoadTile(labelQueue_, labelGm_, offset, count);
        LoadTile(doutQueue_, doutGm_, offset, count);
        ComputeTile(count);
        StoreTile(offset, count);
    }
}

__aicore__ inline void MseLossGradV1Precise::LoadTile(Queue &queue, const AscendC::GlobalTensor<float> &source,
                                                      uint64_t offset, uint32_t count)
{
    const AscendC::DataCopyExtParams tile{1, static_cast<uint32_t>(count * sizeof(float)), 0, 0, 0};
    const AscendC::DataCopyPadExtParams<float> noPadding{false, 0, 0, 0.0f};
    Tensor local = queue.AllocTensor<float>();
    AscendC::DataCopyPad(local, source[offset], tile, noPadding);
    queue.EnQue(local);
}

__aicore__ inline void MseLossGradV1Precise::ComputeTile(uint32_t count)
{
    Tensor predict = predictQueue_.DeQue<float>();
    Tensor label = labelQueue_.DeQue<float>();
    Tensor dout = doutQueue_.DeQue<float>();
    Tensor y = yQueue_.AllocTensor<float>();
    for (uint32_t start = 0; start < count; start += chunkLength_) {
        const uint32_t chunk = count - start < chunkLength_ ? count - start : chunkLength_;
        ComputeChunk(y[start], predict[start], label[start], dout[start], chunk);
    }
    yQueue_.EnQue(y);
    predictQueue_.FreeTensor(predict);
    labelQueue_.FreeTensor(label);
    doutQueue_.FreeTensor(dout);
}

// Each step leaves its result in value_ and rest_, and uses y's buffer as one more until the last fills it.
__aicore__ inline void MseLossGradV1Precise::ComputeChunk(const Tensor &y, const Tensor &predict, const Tensor &label,
                                                          const Tensor &dout, uint32_t count)
{
    Subtract(predict, label, count);
    ScaleBoth(y, count);
    MultiplyBoth(dout, y, count);
    RoundOnce(y, count);
}

// value_ + rest_ = predict - label, exactly.
__aicore__ inline void MseLossGradV1Precise::Subtract(const Tensor &predict, const Tensor &label, uint32_t count)
{
    AscendC::Sub(value_, predict, label, count);
    AscendC::Sub(spare_, value_, predict, count);  // what was really subtracted, negated
    AscendC::Add(rest_, label, spare_, count);
    AscendC::Sub(spare_, value_, spare_, count);
    AscendC::Sub(spare_, predict, spare_, count);
    AscendC::Sub(rest_, spare_, rest_, count);
}

// head + tail = value, 12 bits each. Uses spare_.
__aicore__ inline void MseLossGradV1Precise::Split(const Tensor &head, const Tensor &tail, const Tensor &value,
                                                   uint32_t count)
{
    AscendC::Muls(spare_, value, SPLITTER, count);
    AscendC::Sub(head, spare_, value, count);
    AscendC::Sub(head, spare_, head, count);
    AscendC::Sub(tail, value, head, count);
}

// scaled_ + rest_ = (value_ + rest_) * 2/N, to 10 * 2^-48 of it.
__aicore__ inline void MseLossGradV1Precise::ScaleBoth(const Tensor &product, uint32_t count)
{
    Split(head_, tail_, value_, count);
    AscendC::Muls(scaled_, value_, scale_, count);
    AscendC::Muls(spare_, head_, scaleHead_, count);
    AscendC::Sub(spare_, spare_, scaled_, count);
    AscendC::Muls(product, head_, scaleTail_, count);
    AscendC::Add(spare_, spare_, product, count);
    AscendC::Muls(product, tail_, scaleHead_, count);
    AscendC::Add(spare_, spare_, product, count);
    AscendC::Muls(product, tail_, scaleTail_, count);
    AscendC::Add(spare_, spare_, product, count);  // scaled_ + spare_ = value_ * scale_, exactly
    AscendC::Muls(rest_, rest_, scale_, count);
    AscendC::Muls(product, value_, scaleRest_, count);
    AscendC::Add(rest_, rest_, product, count);
    AscendC::Add(rest_, rest_, spare_, count);
}

// value_ + rest_ = (scaled_ + rest_) * dout, to 7 * 2^-48 of it.
__aicore__ inline void MseLossGradV1Precise::MultiplyBoth(const Tensor &dout, const Tensor &product, uint32_t count)
{
    AscendC::Mul(value_, scaled_, dout, count);
    AscendC::Mul(rest_, rest_, dout, count);
    Split(head_, tail_, scaled_, count);
    Split(scaled_, doutTail_, dout, count);  // scaled_ is used up: its buffer takes the head of dout
    AscendC::Mul(spare_, head_, scaled_, count);
    AscendC::Sub(spare_, spare_, value_, count);
    AscendC::Mul(product, head_, doutTail_, count);
    AscendC::Add(spare_, spare_, product, count);
    AscendC::Mul(product, tail_, scaled_, count);
    AscendC::Add(spare_, spare_, product, count);
    AscendC::Mul(product, tail_, doutTail_, count);
    AscendC::Add(spare_, spare_, product, count);
    AscendC::Add(rest_, rest_, spare_, count);
}

// y = value_ + rest_ where rest_ is finite and not zero, elsewhere value_: -0 + 0 would be +0, and inf - inf NaN.
__aicore__ inline void MseLossGradV1Precise::RoundOnce(const Tensor &y, uint32_t count)
{
    const uint32_t lanes = (count + REPEAT_ELEMS - 1) / REPEAT_ELEMS * REPEAT_ELEMS;
    AscendC::LocalTensor<uint8_t> mask = maskBuffer_.Get<uint8_t>();
    AscendC::Add(head_, value_, rest_, count);
    AscendC::Sub(spare_, rest_, rest_, count);   // 0, or NaN where rest_ is not finite
    AscendC::Add(spare_, spare_, rest_, count);  // rest_, or NaN
    AscendC::Abs(spare_, spare_, count);
    AscendC::CompareScalar(mask, spare_, 0.0f, AscendC::CMPMODE::GT, lanes);  // false for NaN
    AscendC::Select(y, mask, head_, value_, AscendC::SELMODE::VSEL_TENSOR_TENSOR_MODE, lanes);
}

__aicore__ inline void MseLossGradV1Precise::StoreTile(uint64_t offset, uint32_t count)
{
    const AscendC::DataCopyExtParams tile{1, static_cast<uint32_t>(count * sizeof(float)), 0, 0, 0};
    Tensor y = yQueue_.DeQue<float>();
    AscendC::DataCopyPad(yGm_[offset], y, tile);
    yQueue_.FreeTensor(y);
}

}  // namespace NsMseLossGradV1

#endif  // MSE_LOSS_GRAD_V1_PRECISE_H
