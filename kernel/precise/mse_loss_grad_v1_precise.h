// SPDX-License-Identifier: Apache-2.0
// y = (predict - label) * 2/N * dout in float32, as if computed without error and rounded once.
//
// Each step carries what its rounding lost along in a second float32, after Knuth (differences) and Dekker (products).
// The second words are off by at most 17 * 2^-48 of y, so y is within 0.5 + 17 * 2^-24 < 0.500002 ulp of the truth if,
// in magnitude,
// - predict, label, s = (predict - label) * 2/N and y are below 2^127: no step overflows;
// - s and y are at least 2^-100, or predict = label: no second word loses bits as a subnormal.
// Outside, nothing is promised but this: where a second word is NaN, y is that of the plain kernel, and so are the
// signs of zeros. The derivation stands in helpers/precise_proof.py.
//
// Nothing here is assumed of fused multiply-adds. Axpy and FusedMulAdd get factors of 12 bits, whose product is exact:
// they give the same bits whether or not they round it.
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

    static constexpr uint32_t UPPER_BITS = 0xFFFFF000;  // of a float32: sign, exponent, 12 of 24 significant bits
    static constexpr uint32_t REPEAT_ELEMS = 64;        // float32 in the 256 bytes that Compare counts in

    __aicore__ inline void InitBuffers(const MseLossGradV1TilingData &tiling, AscendC::TPipe *pipe);
    __aicore__ inline void LoadTile(Queue &queue, const AscendC::GlobalTensor<float> &source, uint64_t offset,
                                    uint32_t count);
    __aicore__ inline void ComputeTile(uint32_t count);
    __aicore__ inline void StoreTile(uint64_t offset, uint32_t count);
    __aicore__ inline void Subtract(const Tensor &predict, const Tensor &label, uint32_t count);
    __aicore__ inline void Scale(const Tensor &scaled, const Tensor &rest, const Tensor &spare, uint32_t count);
    __aicore__ inline void Multiply(const Tensor &y, const Tensor &scaled, const Tensor &dout, const Tensor &rest,
                                    uint32_t count);
    __aicore__ inline void RoundOnce(const Tensor &y, const Tensor &rest, uint32_t count);
    __aicore__ inline void Head(const Tensor &head, const Tensor &value, uint32_t count);

    AscendC::GlobalTensor<float> predictGm_;
    AscendC::GlobalTensor<float> labelGm_;
    AscendC::GlobalTensor<float> doutGm_;
    AscendC::GlobalTensor<float> yGm_;

    Queue predictQueue_;
    Queue labelQueue_;
    Queue doutQueue_;
    AscendC::TQue<AscendC::TPosition::VECOUT, 1> yQueue_;
    AscendC::TBuf<AscendC::TPosition::VECCALC> aBuffer_;
    AscendC::TBuf<AscendC::TPosition::VECCALC> bBuffer_;
    AscendC::TBuf<AscendC::TPosition::VECCALC> cBuffer_;
    AscendC::TBuf<AscendC::TPosition::VECCALC> upperBitsBuffer_;
    AscendC::TBuf<AscendC::TPosition::VECCALC> chosenBuffer_;
    AscendC::TBuf<AscendC::TPosition::VECCALC> bankGap_;

    Tensor a_;  // work tensors; the tiles of predict, label and dout are worked in as well
    Tensor b_;
    Tensor c_;
    AscendC::LocalTensor<uint16_t> upperBits_;  // UPPER_BITS for each element; And takes 16 bits at a time

    uint64_t coreLength_ = 0;
    uint32_t tileLength_ = 0;
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
    scale_ = plain.scale;
    scaleRest_ = tiling.scaleRest;
    scaleHead_ = tiling.scaleHead;
    scaleTail_ = tiling.scaleTail;

    predictGm_.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(predict) + start, coreLength_);
    labelGm_.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(label) + start, coreLength_);
    doutGm_.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(dout) + start, coreLength_);
    yGm_.SetGlobalBuffer(reinterpret_cast<__gm__ float *>(y) + start, coreLength_);

    InitBuffers(plain, pipe);
}

// As in the plain kernel, what an instruction reads together lies on either side of a gap, in other bank groups. Only
// FusedMulAdd and Select, which read three tensors, and one And wait for a bank; in this sequence no write is waited
// for, where a tile is as long as Ascend910B has room for.
__aicore__ inline void MseLossGradV1Precise::InitBuffers(const MseLossGradV1TilingData &tiling, AscendC::TPipe *pipe)
{
    const uint32_t tileBytes = tileLength_ * sizeof(float);
    const uint8_t bufferNum = static_cast<uint8_t>(tiling.bufferNum);
    pipe->InitBuffer(bBuffer_, tileBytes);
    pipe->InitBuffer(yQueue_, bufferNum, tileBytes);
    pipe->InitBuffer(predictQueue_, bufferNum, tileBytes);
    pipe->InitBuffer(upperBitsBuffer_, tileBytes);
    pipe->InitBuffer(bankGap_, BANK_GAP_BYTES);
    pipe->InitBuffer(doutQueue_, bufferNum, tileBytes);
    pipe->InitBuffer(labelQueue_, bufferNum, tileBytes);
    pipe->InitBuffer(aBuffer_, tileBytes);
    pipe->InitBuffer(cBuffer_, tileBytes);
    pipe->InitBuffer(chosenBuffer_, tileLength_ / 8);

    a_ = aBuffer_.Get<float>();
    b_ = bBuffer_.Get<float>();
    c_ = cBuffer_.Get<float>();
    AscendC::Duplicate(b_, 0.0f, tileLength_);  // Compare reads whole repeats of it, also where a tile is shorter
    AscendC::Duplicate(upperBitsBuffer_.Get<uint32_t>(), UPPER_BITS, tileLength_);
    upperBits_ = upperBitsBuffer_.Get<uint16_t>();
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
    Subtract(predict, label, count);
    Scale(predict, label, y, count);
    Multiply(y, predict, dout, label, count);
    RoundOnce(y, label, count);
    yQueue_.EnQue(y);
    predictQueue_.FreeTensor(predict);
    labelQueue_.FreeTensor(label);
    doutQueue_.FreeTensor(dout);
}

// a_ + label = predict - label, exactly. Uses up predict.
__aicore__ inline void MseLossGradV1Precise::Subtract(const Tensor &predict, const Tensor &label, uint32_t count)
{
    AscendC::Sub(a_, predict, label, count);
    AscendC::Sub(b_, a_, predict, count);  // what was really subtracted, negated
    AscendC::Sub(c_, a_, b_, count);       // and from what
    AscendC::Add(label, label, b_, count);
    AscendC::Sub(predict, predict, c_, count);
    AscendC::Sub(label, predict, label, count);
}

// scaled + b_ = (a_ + rest) * 2/N, to 10 * 2^-48 of it.
__aicore__ inline void MseLossGradV1Precise::Scale(const Tensor &scaled, const Tensor &rest, const Tensor &spare,
                                                   uint32_t count)
{
    AscendC::Muls(scaled, a_, scale_, count);
    AscendC::Muls(spare, rest, scale_, count);
    AscendC::Muls(c_, a_, scaleRest_, count);
    AscendC::Add(spare, spare, c_, count);
    Head(b_, a_, count);
    AscendC::Muls(c_, b_, scaleHead_, count);
    AscendC::Sub(c_, c_, scaled, count);
    AscendC::Axpy(c_, b_, scaleTail_, count);
    AscendC::Sub(b_, a_, b_, count);  // the tail of a_
    AscendC::Axpy(c_, b_, scaleHead_, count);
    AscendC::Axpy(c_, b_, scaleTail_, count);  // scaled + c_ = a_ * scale_, exactly
    AscendC::Add(b_, spare, c_, count);
}

// y + rest = (scaled + b_) * dout, to 7 * 2^-48 of it. Uses up scaled and dout.
__aicore__ inline void MseLossGradV1Precise::Multiply(const Tensor &y, const Tensor &scaled, const Tensor &dout,
                                                      const Tensor &rest, uint32_t count)
{
    AscendC::Mul(y, scaled, dout, count);
    AscendC::Mul(rest, b_, dout, count);
    Head(a_, scaled, count);
    AscendC::Sub(scaled, scaled, a_, count);  // its tail
    Head(b_, dout, count);
    AscendC::Sub(dout, dout, b_, count);  // its tail
    AscendC::Mul(c_, a_, b_, count);
    AscendC::Sub(c_, c_, y, count);
    AscendC::FusedMulAdd(a_, dout, c_, count);
    AscendC::FusedMulAdd(b_, scaled, a_, count);
    AscendC::FusedMulAdd(scaled, dout, b_, count);  // y + scaled = the product, exactly
    AscendC::Add(rest, rest, scaled, count);
}

// y = y + rest, but y where that is NaN, since inf - inf is, or zero, since -0 + 0 is +0.
__aicore__ inline void MseLossGradV1Precise::RoundOnce(const Tensor &y, const Tensor &rest, uint32_t count)
{
    const uint32_t wholeRepeats = (count + REPEAT_ELEMS - 1) / REPEAT_ELEMS * REPEAT_ELEMS;
    AscendC::LocalTensor<uint8_t> chosen = chosenBuffer_.Get<uint8_t>();
    AscendC::Add(a_, y, rest, count);
    AscendC::Abs(b_, a_, count);
    AscendC::CompareScalar(chosen, b_, 0.0f, AscendC::CMPMODE::GT, wholeRepeats);
    AscendC::Select(y, chosen, a_, y, AscendC::SELMODE::VSEL_TENSOR_TENSOR_MODE, count);
}

// The upper 12 bits of each value, cut off; what is left has 12 bits as well.
__aicore__ inline void MseLossGradV1Precise::Head(const Tensor &head, const Tensor &value, uint32_t count)
{
    const AscendC::LocalTensor<uint16_t> halves = head.ReinterpretCast<uint16_t>();
    AscendC::And(halves, value.ReinterpretCast<uint16_t>(), upperBits_, 2 * count);
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
