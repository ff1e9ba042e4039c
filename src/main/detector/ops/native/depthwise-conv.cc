// Depthwise convolution with bias and activation, and its gradients. Work goes channel block by channel block: 16
// channels of a few rows are packed with their zero padding into a small buffer that stays in the first-level cache,
// so that the inner loops know neither borders nor strides of the full map.
#include <array>
#include <vector>

#include "depthwise-rows.h"
#include "op.h"
#include "parallel.h"
#include "registry.h"

namespace ddod {
namespace {

using namespace depthwise;

struct Shapes {
  int64_t images, height, width, channels, outHeight, outWidth;
  int kernel, stride, top, left;

  int64_t blocks() const { return (channels + kBlock - 1) / kBlock; }
};

/** Pixels of a packed row of x: all that the taps of the last output touch, and the whole map. */
int64_t packedWidth(const Shapes& s) {
  return std::max<int64_t>((s.outWidth - 1) * s.stride + s.kernel, s.left + s.width);
}

/** The block's filters [k][k][16] from [k, k, C, 1]. */
Packed packFilters(const float* filters, const Shapes& s, int64_t first, int64_t count) {
  Packed packed(s.kernel * s.kernel);
  for (int64_t tap = 0; tap < s.kernel * s.kernel; ++tap) {
    std::memcpy(packed.data() + tap * kBlock, filters + tap * s.channels + first, count * sizeof(float));
  }
  return packed;
}

/** The channel block of a task: tasks are numbered image by image. */
struct Block {
  Block(const Shapes& s, int64_t task)
      : image(task / s.blocks()),
        first(task % s.blocks() * kBlock),
        strip{s.channels, std::min(kBlock, s.channels - first)} {}
  int64_t image, first;
  Strip strip;
};

class DepthwiseKernel {
 public:
  explicit DepthwiseKernel(const Attributes& a)
      : stride_(a.integer("stride")), pads_(a.integers("pads", 4)), bounds_(a.integer("activation")) {}

 protected:
  Shapes shapes(const Input& x, const Input& filters) const {
    const int kernel = static_cast<int>(filters.dim(0));
    require(filters.dim(1) == kernel && filters.dim(2) == x.dim(3) && filters.dim(3) == 1,
            "filters do not fit the input");
    require(kernel == 3 || kernel == 5, "filters are 3 x 3 or 5 x 5");
    require(stride_ == 1 || stride_ == 2, "the stride is 1 or 2");
    const int64_t spareY = x.dim(1) + pads_[0] + pads_[1] - kernel, spareX = x.dim(2) + pads_[2] + pads_[3] - kernel;
    require(spareY >= 0 && spareX >= 0, "the padded input is smaller than the filter");
    const int64_t outHeight = spareY / stride_ + 1, outWidth = spareX / stride_ + 1;
    return {x.dim(0), x.dim(1), x.dim(2), x.dim(3), outHeight, outWidth, kernel, stride_, pads_[0], pads_[2]};
  }

  int stride_;
  std::vector<int> pads_;
  Bounds bounds_;
};

class Depthwise : DepthwiseKernel {
 public:
  using DepthwiseKernel::DepthwiseKernel;

  void compute(Context& context) const {
    const Input x = context.input(0, 4), filters = context.input(1, 4), bias = context.input(2, 1);
    const Shapes s = shapes(x, filters);
    require(bias.dim(0) == s.channels, "the bias does not fit the channels");
    float* y = context.output(0, {s.images, s.outHeight, s.outWidth, s.channels});
    parallelFor(s.images * s.blocks(),
                [&](int64_t task) { run(s, Block(s, task), x.data, filters.data, bias.data, y); });
  }

 private:
  void run(const Shapes& s, const Block& block, const float* x, const float* filters, const float* bias,
           float* y) const {
    const Packed weights = packFilters(filters, s, block.first, block.strip.count);
    std::array<float, kBlock> shift{};
    std::memcpy(shift.data(), bias + block.first, block.strip.count * sizeof(float));
    RowWindow window(s.kernel, s.left, packedWidth(s));
    const float* map = x + block.image * s.height * s.width * s.channels + block.first;
    float* out = y + block.image * s.outHeight * s.outWidth * s.channels + block.first;
    RowJob job{{}, s.kernel, weights.data(), shift.data(), out, s.channels, s.outWidth};
    for (int64_t i = 0; i < s.outHeight; ++i) {
      for (int r = 0; r < s.kernel; ++r) {
        job.rows[r] = window.row(map, i * s.stride - s.top + r, s.height, s.width, block.strip);
      }
      job.out = out + i * s.outWidth * s.channels;
      convolveRow(job, s.kernel, s.stride, bounds_, block.strip.count);
    }
  }
};

/** dz of a channel block, packed whole with `margin` zeros on all sides. */
struct PackedGradient {
  PackedGradient(const Shapes& s, int64_t margin)
      : margin(margin),
        stride((s.outWidth + 2 * margin) * kBlock),
        values((s.outHeight + 2 * margin) * (s.outWidth + 2 * margin)) {}

  float* row(int64_t i) { return values.data() + (i + margin) * stride; }

  int64_t margin, stride;
  Packed values;
};

/** The taps of one parity of the input's rows or columns: taps first, first + stride, ... of the filter, backwards. */
struct Phase {
  Phase(const Shapes& s, int64_t before, int64_t parity, int64_t size)
      : first(static_cast<int>((parity + before) % s.stride)),
        taps((s.kernel - first + s.stride - 1) / s.stride),
        start((parity + before - first) / s.stride - (taps - 1)),
        count((size - parity + s.stride - 1) / s.stride) {}
  int first, taps;
  /** Where the earliest output that the phase's first input touches lies. */
  int64_t start;
  int64_t count;
};

class DepthwiseGrad : DepthwiseKernel {
 public:
  using DepthwiseKernel::DepthwiseKernel;

  void compute(Context& context) const {
    const Maps maps = read(context);
    const Shapes& s = maps.shapes;
    const int64_t taps = s.kernel * s.kernel;
    std::vector<float> partial(s.images * (taps + 1) * s.blocks() * kBlock);
    parallelFor(s.images * s.blocks(), [&](int64_t task) {
      const Block block(s, task);
      run(maps, block, partial.data() + task * (taps + 1) * kBlock);
    });
    for (int64_t c = 0; c < s.channels; ++c) {
      for (int64_t tap = 0; tap <= taps; ++tap) {
        double sum = 0;
        for (int64_t image = 0; image < s.images; ++image) {
          const int64_t task = image * s.blocks() + c / kBlock;
          sum += partial[(task * (taps + 1) + tap) * kBlock + c % kBlock];
        }
        (tap < taps ? maps.dfilters[tap * s.channels + c] : maps.dbias[c]) = static_cast<float>(sum);
      }
    }
  }

 private:
  struct Maps {
    Shapes shapes;
    const float *dy, *y, *x, *filters;
    float *dx, *dfilters, *dbias;
  };

  Maps read(Context& context) const {
    const Input dy = context.input(0, 4), y = context.input(1, 4);
    const Input x = context.input(2, 4), filters = context.input(3, 4);
    const Shapes s = shapes(x, filters);
    require(dy.shape == y.shape && y.shape == Shape({s.images, s.outHeight, s.outWidth, s.channels}),
            "the gradient does not fit the output");
    return {s, dy.data, y.data, x.data, filters.data, context.output(0, x.shape), context.output(1, filters.shape),
            context.output(2, {s.channels})};
  }

  /** `sums` takes the block's gradients of the filters [k * k][16] and of the bias [16]. */
  void run(const Maps& maps, const Block& block, float* sums) const {
    const Shapes& s = maps.shapes;
    PackedGradient dz(s, s.kernel);
    const int64_t out = block.image * s.outHeight * s.outWidth * s.channels + block.first;
    for (int64_t i = 0; i < s.outHeight; ++i) {
      const int64_t at = out + i * s.outWidth * s.channels;
      packGradient(maps.dy + at, maps.y + at, dz.row(i) + dz.margin * kBlock, sums + s.kernel * s.kernel * kBlock,
                   s.outWidth, block.strip, bounds_);
    }
    correlate(maps, block, dz, sums);
    spreadBack(maps, block, dz);
  }

  static void correlate(const Maps& maps, const Block& block, PackedGradient& dz, float* sums) {
    const Shapes& s = maps.shapes;
    RowWindow window(s.kernel, s.left, packedWidth(s));
    const float* map = maps.x + block.image * s.height * s.width * s.channels + block.first;
    for (int64_t i = 0; i < s.outHeight; ++i) {
      for (int r = 0; r < s.kernel; ++r) {
        const int64_t row = i * s.stride - s.top + r;
        const float* packed = window.row(map, row, s.height, s.width, block.strip);
        if (row < 0 || row >= s.height) continue;
        correlateRow(packed, dz.row(i) + dz.margin * kBlock, sums + r * s.kernel * kBlock, s.outWidth, s.kernel,
                     s.stride);
      }
    }
  }

  /** dx: for each parity of rows and columns a convolution of dz with every stride-th tap, turned round. */
  static void spreadBack(const Maps& maps, const Block& block, PackedGradient& dz) {
    const Shapes& s = maps.shapes;
    const Packed filters = packFilters(maps.filters, s, block.first, block.strip.count);
    const std::array<float, kBlock> none{};
    float* map = maps.dx + block.image * s.height * s.width * s.channels + block.first;
    for (int py = 0; py < s.stride; ++py) {
      for (int px = 0; px < s.stride; ++px) {
        const Phase down(s, s.top, py, s.height), along(s, s.left, px, s.width);
        const Packed weights = turned(filters, s.kernel, s.stride, down, along);
        RowJob job{{}, down.taps, weights.data(), none.data(), nullptr, s.stride * s.channels, along.count};
        for (int64_t t = 0; t < down.count; ++t) {
          for (int r = 0; r < down.taps; ++r) {
            job.rows[r] = clamped(dz, s, down.start + t + r) + (along.start + dz.margin) * kBlock;
          }
          job.out = map + ((py + t * s.stride) * s.width + px) * s.channels;
          convolveRow(job, along.taps, 1, Bounds(0), block.strip.count);
        }
      }
    }
  }

  /** Rows far outside are all zeros, as the margin is. */
  static const float* clamped(PackedGradient& dz, const Shapes& s, int64_t i) {
    return dz.row(std::clamp<int64_t>(i, -1, s.outHeight));
  }

  static Packed turned(const Packed& filters, int kernel, int stride, const Phase& down, const Phase& along) {
    Packed weights(down.taps * along.taps);
    float* to = weights.data();
    for (int r = down.taps - 1; r >= 0; --r) {
      for (int c = along.taps - 1; c >= 0; --c, to += kBlock) {
        const int tap = (down.first + r * stride) * kernel + along.first + c * stride;
        std::memcpy(to, filters.data() + tap * kBlock, kBlock * sizeof(float));
      }
    }
    return weights;
  }
};

}  // namespace

void registerDepthwise() {
  const std::initializer_list<const char*> attributes = {"stride: int", "pads: list(int)", "activation: int"};
  registerKernel<Depthwise>(
      {"DdodDepthwise", {"x: float", "filters: float", "bias: float"}, {"y: float"}, attributes});
  registerKernel<DepthwiseGrad>({"DdodDepthwiseGrad",
                                 {"dy: float", "y: float", "x: float", "filters: float"},
                                 {"dx: float", "dfilters: float", "dbias: float"},
                                 attributes});
}

}  // namespace ddod
