// The gradient of a convolution's filters as a matrix product over all positions, without a matrix of patches: input
// and gradient are packed once into narrow strips, in which every tap of the filter is a mere shift.
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "op.h"
#include "parallel.h"
#include "registry.h"
#include "simd.h"

namespace ddod {
namespace {

/** Channels of the input in a strip: with two vectors of outputs they fill AVX2's sixteen registers. */
constexpr int64_t kInputs = 6;
/** Positions summed in registers before the sum goes to memory. */
constexpr int64_t kRun = 320;

struct Shapes {
  int64_t images, height, width, channels, outHeight, outWidth, outputs;
  int kernelHeight, kernelWidth, stride, top, left;
  int64_t outputLanes;

  int64_t taps() const { return int64_t{kernelHeight} * kernelWidth; }
  int64_t inputStrips() const { return (channels + kInputs - 1) / kInputs; }
  int64_t outputStrips() const { return (outputs + outputLanes - 1) / outputLanes; }
  /** The padded input, as far as any tap reaches. */
  int64_t gridHeight() const { return (outHeight - 1) * stride + kernelHeight; }
  int64_t gridWidth() const { return (outWidth - 1) * stride + kernelWidth; }
  int64_t inputStripSize() const { return gridHeight() * gridWidth() * kInputs; }
  int64_t outputStripSize() const { return outHeight * outWidth * outputLanes; }
};

struct Free {
  void operator()(float* memory) const { std::free(memory); }
};
using Buffer = std::unique_ptr<float[], Free>;

/** Unset memory that begins on a cache line. */
Buffer allocate(int64_t count) {
  constexpr size_t line = 64;
  const size_t bytes = (count * sizeof(float) + line - 1) / line * line;
  auto* memory = static_cast<float*>(std::aligned_alloc(line, std::max(bytes, line)));
  if (memory == nullptr) throw std::bad_alloc();
  return Buffer(memory);
}

/** `count` positions of a strip and a row of the gradient beside it; rows of each lie `...Row` numbers apart. */
struct Run {
  const float *input, *gradient;
  int64_t inputRow, inputStep, gradientRow, rows, count;
};

template <class V>
DDOD_INLINE void accumulateBody(const Run& run, float* sums) {
  constexpr int64_t width = 2 * lanes<V>;
  V low[kInputs], high[kInputs];
#pragma GCC unroll 6
  for (int64_t r = 0; r < kInputs; ++r) {
    low[r] = load<V>(sums + r * width);
    high[r] = load<V>(sums + r * width + lanes<V>);
  }
  for (int64_t i = 0; i < run.rows; ++i) {
    const float* a = run.input + i * run.inputRow;
    const float* b = run.gradient + i * run.gradientRow;
    for (int64_t k = 0; k < run.count; ++k, a += run.inputStep, b += width) {
      const V b0 = load<V>(b), b1 = load<V>(b + lanes<V>);
#pragma GCC unroll 6
      for (int64_t r = 0; r < kInputs; ++r) {
        low[r] += a[r] * b0;
        high[r] += a[r] * b1;
      }
    }
  }
#pragma GCC unroll 6
  for (int64_t r = 0; r < kInputs; ++r) {
    store<V>(sums + r * width, low[r]);
    store<V>(sums + r * width + lanes<V>, high[r]);
  }
}
DDOD_DISPATCH(accumulate, (const Run& run, float* sums), (run, sums))

int64_t outputLanesHere() {
  if (level == Level::avx512) return 2 * lanes<Vector16>;
  return 2 * (level == Level::avx2 ? lanes<Vector8> : lanes<Vector4>);
}

/** Copies `count` pixels of `channels` into strips `apart` numbers apart, `lanes` channels wide, zeros at the end. */
template <int64_t lanes>
void packPixels(const float* from, int64_t count, int64_t channels, float* to, int64_t apart) {
  for (int64_t j = 0; j < count; ++j, from += channels, to += lanes) {
    float* strip = to;
    int64_t c = 0;
    for (; c + lanes <= channels; c += lanes, strip += apart) std::memcpy(strip, from + c, lanes * sizeof(float));
    if (c == channels) continue;
    std::memset(strip, 0, lanes * sizeof(float));
    std::memcpy(strip, from + c, (channels - c) * sizeof(float));
  }
}

void packOutputs(const Shapes& s, const float* from, int64_t count, float* to) {
  if (s.outputLanes == 32) return packPixels<32>(from, count, s.outputs, to, s.outputStripSize());
  if (s.outputLanes == 16) return packPixels<16>(from, count, s.outputs, to, s.outputStripSize());
  packPixels<8>(from, count, s.outputs, to, s.outputStripSize());
}

/** Zeros for `count` pixels in every strip. */
void clearInputs(const Shapes& s, float* to, int64_t count) {
  for (int64_t strip = 0; strip < s.inputStrips(); ++strip) {
    std::memset(to + strip * s.inputStripSize(), 0, count * kInputs * sizeof(float));
  }
}

/** One row of the padded input into its strips. */
void packInputRow(const Shapes& s, const float* image, int64_t row, float* strips) {
  float* to = strips + row * s.gridWidth() * kInputs;
  const int64_t y = row - s.top;
  if (y < 0 || y >= s.height) return clearInputs(s, to, s.gridWidth());
  const int64_t before = std::min<int64_t>(s.left, s.gridWidth());
  const int64_t count = std::clamp<int64_t>(s.gridWidth() - before, 0, s.width);
  clearInputs(s, to, before);
  packPixels<kInputs>(image + y * s.width * s.channels, count, s.channels, to + before * kInputs, s.inputStripSize());
  clearInputs(s, to + (before + count) * kInputs, s.gridWidth() - before - count);
}

class FilterGradient {
 public:
  explicit FilterGradient(const Attributes& a)
      : kernel_(a.integers("kernel", 2)), stride_(a.integer("stride")), pads_(a.integers("pads", 4)) {}

  void compute(Context& context) const {
    const Input x = context.input(0, 4), dy = context.input(1, 4);
    const Shapes s{x.dim(0),  x.dim(1),   x.dim(2),   x.dim(3), dy.dim(1), dy.dim(2),           dy.dim(3),
                   kernel_[0], kernel_[1], stride_, pads_[0], pads_[2],  outputLanesHere()};
    require(dy.dim(0) == s.images, "the gradient does not fit the input");
    require(s.gridHeight() <= s.height + pads_[0] + pads_[1] && s.gridWidth() <= s.width + pads_[2] + pads_[3],
            "the gradient is larger than the convolution's output");
    float* dfilters = context.output(0, {kernel_[0], kernel_[1], s.channels, s.outputs});
    if (dy.size() == 0) {
      std::fill_n(dfilters, s.taps() * s.channels * s.outputs, 0.0f);
      return;
    }
    const Buffer inputs = allocate(s.images * s.inputStrips() * s.inputStripSize());
    const Buffer gradients = allocate(s.images * s.outputStrips() * s.outputStripSize());
    packAll(s, x.data, dy.data, inputs.get(), gradients.get());
    multiply(s, inputs.get(), gradients.get(), dfilters);
  }

 private:
  static void packAll(const Shapes& s, const float* x, const float* dy, float* inputs, float* gradients) {
    parallelRanges(s.images * s.gridHeight(), 1, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const int64_t image = row / s.gridHeight();
        packInputRow(s, x + image * s.height * s.width * s.channels, row % s.gridHeight(),
                     inputs + image * s.inputStrips() * s.inputStripSize());
      }
    });
    parallelRanges(s.images * s.outHeight, 1, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const int64_t image = row / s.outHeight, i = row % s.outHeight;
        float* to = gradients + image * s.outputStrips() * s.outputStripSize() + i * s.outWidth * s.outputLanes;
        packOutputs(s, dy + row * s.outWidth * s.outputs, s.outWidth, to);
      }
    });
  }

  /** Strips [inputBegin, inputEnd) x [outputBegin, outputEnd) of the result: one task. */
  struct Tile {
    int64_t inputBegin, inputEnd, outputBegin, outputEnd;
    int64_t count() const { return (inputEnd - inputBegin) * (outputEnd - outputBegin); }
  };

  /** Each tile sums its positions in an order of its own, whatever the number of threads. */
  static void multiply(const Shapes& s, const float* inputs, const float* gradients, float* dfilters) {
    int64_t inputStep = 2, outputStep = 8;
    const auto tasks = [&] { return parts(s.inputStrips(), inputStep) * parts(s.outputStrips(), outputStep); };
    while (tasks() < 4 * threadCount() && outputStep > 1) outputStep /= 2;
    if (tasks() < 4 * threadCount()) inputStep = 1;
    const int64_t across = parts(s.inputStrips(), inputStep);
    parallelFor(tasks(), [&](int64_t task) {
      const int64_t input = task % across * inputStep, output = task / across * outputStep;
      const Tile tile{input, std::min(input + inputStep, s.inputStrips()), output,
                      std::min(output + outputStep, s.outputStrips())};
      sumTile(s, tile, inputs, gradients, dfilters);
    });
  }

  static int64_t parts(int64_t size, int64_t step) { return (size + step - 1) / step; }

  static void sumTile(const Shapes& s, const Tile& tile, const float* inputs, const float* gradients, float* dfilters) {
    const int64_t block = kInputs * s.outputLanes;
    const Buffer sums = allocate(tile.count() * s.taps() * block);
    std::fill_n(sums.get(), tile.count() * s.taps() * block, 0.0f);
    const int64_t width = std::min(s.outWidth, kRun), rows = std::max<int64_t>(1, kRun / width);
    for (int64_t image = 0; image < s.images; ++image) {
      for (int64_t i = 0; i < s.outHeight; i += rows) {
        for (int64_t j = 0; j < s.outWidth; j += width) {
          const float* input = inputs + image * s.inputStrips() * s.inputStripSize() +
                               (i * s.stride * s.gridWidth() + j * s.stride) * kInputs;
          const float* gradient = gradients + image * s.outputStrips() * s.outputStripSize() +
                                  (i * s.outWidth + j) * s.outputLanes;
          const Run run{input,
                        gradient,
                        s.stride * s.gridWidth() * kInputs,
                        s.stride * kInputs,
                        s.outWidth * s.outputLanes,
                        std::min(rows, s.outHeight - i),
                        std::min(width, s.outWidth - j)};
          sumRun(s, tile, run, sums.get());
        }
      }
    }
    writeTile(s, tile, sums.get(), dfilters);
  }

  static void sumRun(const Shapes& s, const Tile& tile, const Run& origin, float* sums) {
    for (int64_t output = tile.outputBegin; output < tile.outputEnd; ++output) {
      for (int64_t input = tile.inputBegin; input < tile.inputEnd; ++input) {
        for (int64_t tap = 0; tap < s.taps(); ++tap, sums += kInputs * s.outputLanes) {
          Run run = origin;
          const int64_t shift = tap / s.kernelWidth * s.gridWidth() + tap % s.kernelWidth;
          run.input += input * s.inputStripSize() + shift * kInputs;
          run.gradient += output * s.outputStripSize();
          accumulate(run, sums);
        }
      }
    }
  }

  static void writeTile(const Shapes& s, const Tile& tile, const float* sums, float* dfilters) {
    for (int64_t output = tile.outputBegin; output < tile.outputEnd; ++output) {
      const int64_t firstOutput = output * s.outputLanes;
      const int64_t outputs = std::min(s.outputLanes, s.outputs - firstOutput);
      for (int64_t input = tile.inputBegin; input < tile.inputEnd; ++input) {
        const int64_t firstChannel = input * kInputs, channels = std::min(kInputs, s.channels - firstChannel);
        for (int64_t tap = 0; tap < s.taps(); ++tap, sums += kInputs * s.outputLanes) {
          for (int64_t c = 0; c < channels; ++c) {
            float* to = dfilters + (tap * s.channels + firstChannel + c) * s.outputs + firstOutput;
            std::memcpy(to, sums + c * s.outputLanes, outputs * sizeof(float));
          }
        }
      }
    }
  }

  std::vector<int> kernel_;
  int stride_;
  std::vector<int> pads_;
};

}  // namespace

void registerFilterGradient() {
  registerKernel<FilterGradient>({"DdodConvFilterGrad",
                                  {"x: float", "dy: float"},
                                  {"dfilters: float"},
                                  {"kernel: list(int)", "stride: int", "pads: list(int)"}});
}

}  // namespace ddod
