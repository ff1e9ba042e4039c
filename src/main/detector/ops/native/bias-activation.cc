// Bias and activation in one pass over the feature map, and both gradients in one pass back.
#include <limits>
#include <vector>

#include "channels.h"
#include "op.h"
#include "parallel.h"
#include "registry.h"
#include "simd.h"

namespace ddod {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
/** Numbers in a piece of work worth waking a thread for. */
constexpr int64_t kGrain = 32768;
/** Wide rows summed in float32 before their sum goes to float64. */
constexpr int64_t kBlock = 32;

/** Between which bounds an activation leaves its input alone: 0 none, 1 relu, 2 relu6. */
struct Bounds {
  explicit Bounds(int activation)
      : low(activation == 0 ? -kInfinity : 0), high(activation == 2 ? 6 : kInfinity) {}
  float low, high;
};

template <class V>
DDOD_INLINE void addBiasBody(const float* x, const float* bias, float* y, int64_t rows, int64_t width,
                             const Bounds& bounds) {
  const V low = all<V>(bounds.low), high = all<V>(bounds.high);
  for (int64_t row = 0; row < rows; ++row, x += width, y += width) {
    int64_t c = 0;
    for (; c + lanes<V> <= width; c += lanes<V>) {
      store<V>(y + c, atMost<V>(atLeast<V>(load<V>(x + c) + load<V>(bias + c), low), high));
    }
    for (; c < width; ++c) y[c] = std::min(std::max(x[c] + bias[c], bounds.low), bounds.high);
  }
}
DDOD_DISPATCH(addBias,
              (const float* x, const float* bias, float* y, int64_t rows, int64_t width, const Bounds& bounds),
              (x, bias, y, rows, width, bounds))

/** dz of a few rows, and their sum added to `sums` [width]. */
template <class V>
DDOD_INLINE void passBackBody(const float* dy, const float* y, float* dz, float* sums, int64_t rows, int64_t width,
                              const Bounds& bounds) {
  const V low = all<V>(bounds.low), high = all<V>(bounds.high);
  for (int64_t row = 0; row < rows; ++row, dy += width, y += width, dz += width) {
    int64_t c = 0;
    for (; c + lanes<V> <= width; c += lanes<V>) {
      const V out = load<V>(y + c);
      const V d = out > low ? (out < high ? load<V>(dy + c) : V{}) : V{};
      store<V>(dz + c, d);
      store<V>(sums + c, load<V>(sums + c) + d);
    }
    for (; c < width; ++c) {
      dz[c] = y[c] > bounds.low && y[c] < bounds.high ? dy[c] : 0;
      sums[c] += dz[c];
    }
  }
}
DDOD_DISPATCH(passBack,
              (const float* dy, const float* y, float* dz, float* sums, int64_t rows, int64_t width,
               const Bounds& bounds),
              (dy, y, dz, sums, rows, width, bounds))

template <class V>
DDOD_INLINE void addUpBody(const float* dy, float* sums, int64_t rows, int64_t width) {
  for (int64_t row = 0; row < rows; ++row, dy += width) {
    int64_t c = 0;
    for (; c + lanes<V> <= width; c += lanes<V>) store<V>(sums + c, load<V>(sums + c) + load<V>(dy + c));
    for (; c < width; ++c) sums[c] += dy[c];
  }
}
DDOD_DISPATCH(addUp, (const float* dy, float* sums, int64_t rows, int64_t width), (dy, sums, rows, width))

class BiasActivation {
 public:
  explicit BiasActivation(const Attributes& a) : bounds_(a.integer("activation")) {}

  void compute(Context& context) const {
    const Input x = context.input(0, 4), bias = context.input(1, 1);
    const int64_t channels = x.dim(3);
    require(bias.dim(0) == channels, "the bias does not fit the channels");
    float* y = context.output(0, x.shape);
    if (x.size() == 0) return;
    const WideRows wide(x.size() / channels, channels);
    const std::vector<float> spread = wide.spread(bias.data);
    parallelRanges(wide.wideRows, kGrain / wide.width, [&](int64_t begin, int64_t end) {
      const int64_t from = begin * wide.width;
      addBias(x.data + from, spread.data(), y + from, end - begin, wide.width, bounds_);
    });
    const int64_t done = wide.wideRows * wide.width;
    addBias(x.data + done, bias.data, y + done, wide.rest, channels, bounds_);
  }

 private:
  Bounds bounds_;
};

/** Without an activation dz would be dy: it is left empty then, and y is not read. */
class BiasActivationGrad {
 public:
  explicit BiasActivationGrad(const Attributes& a)
      : linear_(a.integer("activation") == 0), bounds_(a.integer("activation")) {}

  void compute(Context& context) const {
    const Input dy = context.input(0, 4), y = context.input(1, 4);
    require(dy.shape == y.shape, "the gradient does not fit the output");
    const int64_t channels = dy.dim(3);
    float* dz = context.output(0, linear_ ? Shape{0, 0, 0, channels} : dy.shape);
    float* dbias = context.output(1, {channels});
    std::vector<double> sums(channels);
    if (dy.size() > 0) sweep({dy.data, y.data, dz}, WideRows(dy.size() / channels, channels), sums);
    std::copy(sums.begin(), sums.end(), dbias);
  }

 private:
  struct Maps {
    const float *dy, *y;
    float* dz;
  };

  /** A task's rows are set by the map alone, so that sums do not depend on the machine's threads. */
  void sweep(const Maps& maps, const WideRows& wide, std::vector<double>& sums) const {
    const int64_t rows = std::max<int64_t>(1, kGrain / wide.width);
    const int64_t tasks = (wide.wideRows + rows - 1) / rows;
    std::vector<double> partial(tasks * wide.width);
    parallelFor(tasks, [&](int64_t task) {
      std::vector<float> block(wide.width);
      const int64_t end = std::min((task + 1) * rows, wide.wideRows);
      for (int64_t row = task * rows; row < end; row += kBlock) {
        std::fill(block.begin(), block.end(), 0.0f);
        back(maps, row * wide.width, block.data(), std::min(kBlock, end - row), wide.width);
        for (int64_t c = 0; c < wide.width; ++c) partial[task * wide.width + c] += block[c];
      }
    });
    for (int64_t task = 0; task < tasks; ++task) wide.fold(partial.data() + task * wide.width, sums.data());
    const int64_t channels = static_cast<int64_t>(sums.size());
    std::vector<float> block(channels);
    back(maps, wide.wideRows * wide.width, block.data(), wide.rest, channels);
    for (int64_t c = 0; c < channels; ++c) sums[c] += block[c];
  }

  void back(const Maps& maps, int64_t at, float* sums, int64_t rows, int64_t width) const {
    if (linear_) return addUp(maps.dy + at, sums, rows, width);
    passBack(maps.dy + at, maps.y + at, maps.dz + at, sums, rows, width, bounds_);
  }

  bool linear_;
  Bounds bounds_;
};

}  // namespace

void registerBiasActivation() {
  registerKernel<BiasActivation>(
      {"DdodBiasActivation", {"x: float", "bias: float"}, {"y: float"}, {"activation: int"}});
  registerKernel<BiasActivationGrad>(
      {"DdodBiasActivationGrad", {"dy: float", "y: float"}, {"dz: float", "dbias: float"}, {"activation: int"}});
}

}  // namespace ddod
