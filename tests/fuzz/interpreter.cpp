// SPDX-License-Identifier: Apache-2.0
// Executes the steps of a random program, a list of its own for each core. struct Step and struct Core are those of
// program.py, which says what the numbers mean.
#include "kernel_operator.h"

using namespace AscendC;

constexpr uint32_t QUEUES = 4, BUFFERS = 4, SLOTS = 12, FLAG_IDS = 2;

struct Core {
    uint32_t firstStep;
    uint32_t stepNum;
    uint32_t queueBuffers[QUEUES];  // 0: the queue is not used
    uint32_t queueBytes[QUEUES];
    uint32_t bufferBytes[BUFFERS];  // 0: the buffer is not used
};

struct Step {
    uint64_t mask[2];
    uint32_t action;
    uint32_t op;
    uint32_t type;
    uint32_t form;
    uint32_t slot[3];    // dst, src0, src1
    uint32_t offset[3];  // bytes
    uint32_t count;
    uint32_t repeats;
    uint32_t strides[6];  // blocks of dst, src0, src1, then repeats
    uint32_t scalar;      // bits
    uint32_t number;      // queue, flag id, rounding mode, comparison
    uint32_t gmOffset;    // bytes
    uint32_t blockCount;
    uint32_t blockBytes;
    uint32_t srcGap;
    uint32_t dstGap;
    uint32_t leftPadding;  // elements
    uint32_t rightPadding;
};

enum Action { ALLOC, ENQUE, DEQUE, FREE, SET_FLAG, WAIT_FLAG, BARRIER, LOAD, STORE, VECTOR, CAST, COMPARE, SELECT };
enum Op {
    ADD,
    SUB,
    MUL,
    MAX,
    MIN,
    DIV,
    ADDS,
    MULS,
    MAXS,
    MINS,
    LEAKY_RELU,
    ABS,
    RELU,
    SQRT,
    DUPLICATE,
    WHOLE_SUM,
    WHOLE_MAX,
    WHOLE_MIN,
    BLOCK_SUM,
    BLOCK_MAX,
    BLOCK_MIN,
    PAIR_SUM
};
enum Form { COUNT, LANES, MASK_BITS };
enum CopyForm { WHOLE, PAD, BLOCKS, PAD_WITH_VALUE };

template <typename T>
constexpr bool IS_FLOAT = std::is_same<T, half>::value || std::is_same<T, float>::value;

class Interpreter {
public:
    __aicore__ inline void Init(const Core &core, GM_ADDR x, uint32_t xBytes, GM_ADDR y, uint32_t yBytes)
    {
        x_.SetGlobalBuffer(reinterpret_cast<__gm__ uint8_t *>(x), xBytes);
        y_.SetGlobalBuffer(reinterpret_cast<__gm__ uint8_t *>(y), yBytes);
        InitQueue(inShallow_, core, 0);
        InitQueue(inDeep_, core, 1);
        InitQueue(outShallow_, core, 2);
        InitQueue(outDeep_, core, 3);
        for (uint32_t i = 0; i < BUFFERS; ++i) {
            if (core.bufferBytes[i] > 0) {
                pipe_.InitBuffer(buffers_[i], core.bufferBytes[i]);
                slots_[i] = buffers_[i].Get<uint8_t>();
            }
        }
        TakeFlagIds<true>();
    }
    __aicore__ inline void Run(const Step &step)
    {
        switch (step.action) {
            case ALLOC:
            case ENQUE:
            case DEQUE:
            case FREE:
                OnQueue(step);
                break;
            case SET_FLAG:
            case WAIT_FLAG:
                Flag(step);
                break;
            case BARRIER:
                Barrier(step.number);
                break;
            case CAST:
                Cast(step);
                break;
            default:
                OfType(step);
        }
    }
    __aicore__ inline void End() { TakeFlagIds<false>(); }

private:
    template <typename Q>
    __aicore__ inline void InitQueue(Q &queue, const Core &core, uint32_t number)
    {
        if (core.queueBuffers[number] > 0) {
            pipe_.InitBuffer(queue, core.queueBuffers[number], core.queueBytes[number]);
        }
    }

    __aicore__ inline void OnQueue(const Step &step)
    {
        if (step.number == 0) {
            OnQueue(inShallow_, step);
        } else if (step.number == 1) {
            OnQueue(inDeep_, step);
        } else if (step.number == 2) {
            OnQueue(outShallow_, step);
        } else {
            OnQueue(outDeep_, step);
        }
    }
    template <typename Q>
    __aicore__ inline void OnQueue(Q &queue, const Step &step)
    {
        LocalTensor<uint8_t> &tensor = slots_[step.slot[0]];
        if (step.action == ALLOC) {
            tensor = queue.template AllocTensor<uint8_t>();
        } else if (step.action == ENQUE) {
            queue.EnQue(tensor);
        } else if (step.action == DEQUE) {
            tensor = queue.template DeQue<uint8_t>();
        } else {
            queue.FreeTensor(tensor);
        }
    }

    // `number` is the pair of pipes times FLAG_IDS, plus which of its flags.
    __aicore__ inline void Flag(const Step &step)
    {
        const int8_t id = flagIds_[step.number / FLAG_IDS][step.number % FLAG_IDS];
        const bool set = step.action == SET_FLAG;
        switch (step.number / FLAG_IDS) {
            case 0:
                return Flag<PIPE_MTE2, PIPE_V>(set, id);
            case 1:
                return Flag<PIPE_V, PIPE_MTE2>(set, id);
            case 2:
                return Flag<PIPE_V, PIPE_MTE3>(set, id);
            case 3:
                return Flag<PIPE_MTE3, PIPE_V>(set, id);
            case 4:
                return Flag<PIPE_MTE2, PIPE_MTE3>(set, id);
            default:
                return Flag<PIPE_MTE3, PIPE_MTE2>(set, id);
        }
    }
    template <pipe_t source, pipe_t destination>
    __aicore__ inline void Flag(bool set, int8_t id)
    {
        TQueSync<source, destination> sync;
        if (set) {
            sync.SetFlag(id);
        } else {
            sync.WaitFlag(id);
        }
    }
    template <bool take>
    __aicore__ inline void TakeFlagIds()
    {
        TakeFlagIds<HardEvent::MTE2_V, take>(0);
        TakeFlagIds<HardEvent::V_MTE2, take>(1);
        TakeFlagIds<HardEvent::V_MTE3, take>(2);
        TakeFlagIds<HardEvent::MTE3_V, take>(3);
        TakeFlagIds<HardEvent::MTE2_MTE3, take>(4);
        TakeFlagIds<HardEvent::MTE3_MTE2, take>(5);
    }
    template <HardEvent event, bool take>
    __aicore__ inline void TakeFlagIds(uint32_t pair)
    {
        for (uint32_t i = 0; i < FLAG_IDS; ++i) {
#if __NPU_ARCH__ == 2201
            if constexpr (take) {
                flagIds_[pair][i] = pipe_.AllocEventID<event>();
            } else {
                pipe_.ReleaseEventID<event>(flagIds_[pair][i]);
            }
#else
            flagIds_[pair][i] = static_cast<int8_t>(6 + i);  // this family gives none out; queues take the lowest
#endif
        }
    }

    __aicore__ inline void Barrier(uint32_t pipe)
    {
        if (pipe == 0) {
            PipeBarrier<PIPE_V>();
        } else if (pipe == 1) {
            PipeBarrier<PIPE_MTE2>();
        } else if (pipe == 2) {
            PipeBarrier<PIPE_MTE3>();
        } else {
            PipeBarrier<PIPE_ALL>();
        }
    }

    template <typename T>
    __aicore__ inline LocalTensor<T> Operand(const Step &step, uint32_t which)
    {
        return slots_[step.slot[which]][step.offset[which]].template ReinterpretCast<T>();
    }
    template <typename T>
    __aicore__ inline T Scalar(const Step &step)
    {
        T value;
        __builtin_memcpy(&value, &step.scalar, sizeof(T));
        return value;
    }

    __aicore__ inline void OfType(const Step &step)
    {
        if (step.type == 0) {
            OfType<half>(step);
        } else if (step.type == 1) {
            OfType<float>(step);
        } else if (step.type == 2) {
            OfType<int16_t>(step);
        } else {
            OfType<int32_t>(step);
        }
    }
    template <typename T>
    __aicore__ inline void OfType(const Step &step)
    {
        if (step.action == LOAD || step.action == STORE) {
            Copy<T>(step);
        } else if (step.action == VECTOR) {
            Vector<T>(step);
        } else if constexpr (IS_FLOAT<T>) {
            const LocalTensor<T> src0 = Operand<T>(step, 1);
            const LocalTensor<T> src1 = Operand<T>(step, 2);
            if (step.action == COMPARE) {
                AscendC::Compare(Operand<uint8_t>(step, 0), src0, src1, static_cast<CMPMODE>(step.number), step.count);
            } else {
                const LocalTensor<uint8_t> bits = slots_[step.number];
                AscendC::Select(Operand<T>(step, 0), bits, src0, src1, SELMODE::VSEL_TENSOR_TENSOR_MODE, step.count);
            }
        }
    }

    template <typename T>
    __aicore__ inline void Copy(const Step &step)
    {
        const bool loads = step.action == LOAD;
        const GlobalTensor<uint8_t> &bytes = step.op == 0 ? x_ : y_;
        GlobalTensor<T> gm;
        gm.SetGlobalBuffer(reinterpret_cast<__gm__ T *>(const_cast<__gm__ uint8_t *>(bytes.GetPhyAddr())),
                           bytes.GetSize() / sizeof(T));
        const GlobalTensor<T> there = gm[step.gmOffset / sizeof(T)];
        const LocalTensor<T> local = Operand<T>(step, 0);
        if (step.form == WHOLE) {
            loads ? DataCopy(local, there, step.count) : DataCopy(there, local, step.count);
        } else if (step.form == BLOCKS) {
            const DataCopyParams shape(step.blockCount, step.blockBytes / 32, step.srcGap, step.dstGap);
            loads ? DataCopy(local, there, shape) : DataCopy(there, local, shape);
        } else {
            const DataCopyExtParams shape(step.blockCount, step.blockBytes, step.srcGap, step.dstGap, 0);
            const DataCopyPadExtParams<T> padding(step.form == PAD_WITH_VALUE, step.leftPadding, step.rightPadding,
                                                  Scalar<T>(step));
            loads ? DataCopyPad(local, there, shape, padding) : DataCopyPad(there, local, shape);
        }
    }

#define BINARY(NUMBER, Name)                                                                                         \
    case NUMBER:                                                                                                     \
        return step.form == COUNT   ? Name(dst, src0, src1, static_cast<int32_t>(step.count))                        \
               : step.form == LANES ? Name(dst, src0, src1, static_cast<uint64_t>(step.count), step.repeats, binary) \
                                    : Name(dst, src0, src1, step.mask, step.repeats, binary);
#define SCALAR(NUMBER, Name)                                                                                          \
    case NUMBER:                                                                                                      \
        return step.form == COUNT   ? Name(dst, src0, scalar, static_cast<int32_t>(step.count))                       \
               : step.form == LANES ? Name(dst, src0, scalar, static_cast<uint64_t>(step.count), step.repeats, unary) \
                                    : Name(dst, src0, scalar, step.mask, step.repeats, unary);
#define UNARY(NUMBER, Name)                                                                                   \
    case NUMBER:                                                                                              \
        return step.form == COUNT   ? Name(dst, src0, static_cast<int32_t>(step.count))                       \
               : step.form == LANES ? Name(dst, src0, static_cast<uint64_t>(step.count), step.repeats, unary) \
                                    : Name(dst, src0, step.mask, step.repeats, unary);
#define WHOLE(NUMBER, Name, ...)                                                                                 \
    case NUMBER:                                                                                                 \
        return step.form == LANES                                                                                \
                   ? Name(dst, src0, static_cast<int32_t>(step.count), repeats, s[0], s[1], s[4], ##__VA_ARGS__) \
                   : Name(dst, src0, step.mask, repeats, s[0], s[1], s[4], ##__VA_ARGS__);
#define PART(NUMBER, Name)                                                                                       \
    case NUMBER:                                                                                                 \
        return step.form == LANES ? Name(dst, src0, repeats, static_cast<int32_t>(step.count), s[0], s[1], s[4]) \
                                  : Name(dst, src0, repeats, step.mask, s[0], s[1], s[4]);

    template <typename T>
    __aicore__ inline void Vector(const Step &step)
    {
        const LocalTensor<T> dst = Operand<T>(step, 0);
        const LocalTensor<T> src0 = Operand<T>(step, 1);
        const LocalTensor<T> src1 = Operand<T>(step, 2);
        const T scalar = Scalar<T>(step);
        const uint32_t *s = step.strides;
        const BinaryRepeatParams binary(s[0], s[1], s[2], s[3], s[4], s[5]);
        const UnaryRepeatParams unary(s[0], s[1], s[3], s[4]);
        switch (step.op) {
            BINARY(ADD, Add)
            BINARY(SUB, Sub)
            BINARY(MUL, Mul)
            BINARY(MAX, Max)
            BINARY(MIN, Min)
            SCALAR(ADDS, Adds)
            SCALAR(MULS, Muls)
            SCALAR(MAXS, Maxs)
            SCALAR(MINS, Mins)
            case DUPLICATE:
                return step.form == COUNT ? Duplicate(dst, scalar, static_cast<int32_t>(step.count))
                       : step.form == LANES
                           ? Duplicate(dst, scalar, static_cast<uint64_t>(step.count), step.repeats, s[0], s[3])
                           : Duplicate(dst, scalar, step.mask, step.repeats, s[0], s[3]);
            default:
                break;
        }
        if constexpr (IS_FLOAT<T>) {
            const int32_t repeats = static_cast<int32_t>(step.repeats);
            switch (step.op) {
                BINARY(DIV, Div)
                SCALAR(LEAKY_RELU, LeakyRelu)
                UNARY(ABS, Abs)
                UNARY(RELU, Relu)
                UNARY(SQRT, Sqrt)
                WHOLE(WHOLE_SUM, WholeReduceSum)
                WHOLE(WHOLE_MAX, WholeReduceMax, ReduceOrder::ORDER_ONLY_VALUE)
                WHOLE(WHOLE_MIN, WholeReduceMin, ReduceOrder::ORDER_ONLY_VALUE)
                PART(BLOCK_SUM, BlockReduceSum)
                PART(BLOCK_MAX, BlockReduceMax)
                PART(BLOCK_MIN, BlockReduceMin)
                PART(PAIR_SUM, PairReduceSum)
                default:
                    break;
            }
        }
        ascendc_assert(false, "no such operation");
    }

    __aicore__ inline void Cast(const Step &step)
    {
        switch (step.op) {
            case 0:
                return Cast<half, float>(step);
            case 1:
                return Cast<float, half>(step);
            case 2:
                return Cast<half, int32_t>(step);
            case 3:
                return Cast<half, int16_t>(step);
            case 4:
                return Cast<float, int32_t>(step);
            case 5:
                return Cast<float, int16_t>(step);
            case 6:
                return Cast<int16_t, half>(step);
            case 7:
                return Cast<int16_t, float>(step);
            default:
                return Cast<int32_t, float>(step);
        }
    }
    template <typename SRC, typename DST>
    __aicore__ inline void Cast(const Step &step)
    {
        AscendC::Cast(Operand<DST>(step, 0), Operand<SRC>(step, 1), static_cast<RoundMode>(step.number), step.count);
    }

    GlobalTensor<uint8_t> x_, y_;
    TPipe pipe_;
    TQue<TPosition::VECIN, 1> inShallow_;
    TQue<TPosition::VECIN, 2> inDeep_;
    TQue<TPosition::VECOUT, 1> outShallow_;
    TQue<TPosition::VECOUT, 2> outDeep_;
    TBuf<TPosition::VECCALC> buffers_[BUFFERS];
    LocalTensor<uint8_t> slots_[SLOTS];
    int8_t flagIds_[6][FLAG_IDS];
};

extern "C" __global__ __aicore__ void interpret(GM_ADDR x, GM_ADDR y, GM_ADDR cores, GM_ADDR steps, uint32_t xBytes,
                                                uint32_t yBytes)
{
    const Core core = reinterpret_cast<__gm__ Core *>(cores)[GetBlockIdx()];
    Interpreter interpreter;
    interpreter.Init(core, x, xBytes, y, yBytes);
    for (uint32_t i = 0; i < core.stepNum; ++i) {
        interpreter.Run(reinterpret_cast<__gm__ Step *>(steps)[core.firstStep + i]);
    }
    interpreter.End();
}
