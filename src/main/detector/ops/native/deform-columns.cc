// Sampling of a deformable convolution (bilinear, mmcv's rule at the borders) and its gradients.
#include <algorithm>
#include <vector>

#include "deform-sampling.h"
#include "op.h"
#include "parallel.h"
#include "registry.h"

namespace ddod {
namespace {

using namespace deform;

class DeformKernel {
 public:
  explicit DeformKernel(const Attributes& a)
      : kernel_(a.integers("kernel", 2)),
        stride_(a.integers("stride", 2)),
        pad_(a.integers("pad", 2)),
        dilation_(a.integers("dilation", 2)),
        groups_(a.integer("deform_groups")),
        modulated_(a.flag("modulated")) {}

 protected:
  Geometry geometry(const Input& x, const Input& offset, const Input& mask) const {
    require(groups_ > 0 && x.dim(3) % groups_ == 0, "the deformable groups do not divide the channels");
    const Geometry g{x.dim(0),      x.dim(1),   x.dim(2),           x.dim(3),   offset.dim(1), offset.dim(2),
                     groups_,       x.dim(3) / groups_, kernel_[0], kernel_[1], stride_[0],    stride_[1],
                     pad_[0],       pad_[1],    dilation_[0],       dilation_[1]};
    require(offset.dim(0) == g.images && offset.dim(3) == g.groups * g.taps() * 2, "offsets do not fit the input");
    require(!modulated_ || mask.size() * 2 == offset.size(), "the mask does not fit the offsets");
    return g;
  }

  std::vector<int> kernel_, stride_, pad_, dilation_;
  int groups_;
  bool modulated_;
};

class DeformColumns : DeformKernel {
 public:
  using DeformKernel::DeformKernel;

  void compute(Context& context) const {
    const Input x = context.input(0, 4), offset = context.input(1, 4), mask = context.input(2, 4);
    const Geometry g = geometry(x, offset, mask);
    const Source source{x.data, offset.data, modulated_ ? mask.data : nullptr};
    float* columns = context.output(0, {g.positions(), g.taps() * g.channels});
    const std::vector<float> zeros(g.channels);
    parallelRanges(g.images * g.outHeight, 1, [&](int64_t begin, int64_t end) {
      sampleRows(g, source, columns, begin, end, zeros.data());
    });
  }
};

class DeformColumnsGrad : DeformKernel {
 public:
  using DeformKernel::DeformKernel;

  void compute(Context& context) const {
    const Input dcolumns = context.input(0, 2), x = context.input(1, 4), offset = context.input(2, 4);
    const Input mask = context.input(3, 4);
    const Geometry g = geometry(x, offset, mask);
    require(dcolumns.size() == g.positions() * g.taps() * g.channels, "the columns' gradient does not fit the input");
    const Source source{x.data, offset.data, modulated_ ? mask.data : nullptr};
    Gradients out{dcolumns.data, context.output(0, x.shape), context.output(1, offset.shape),
                  context.output(2, modulated_ ? mask.shape : Shape{0}), context.output(3, dcolumns.shape)};
    if (!modulated_) out.mask = nullptr;
    run(g, source, out, offset.size());
  }

 private:
  /** A task is an image, or a slice of its channels where images are fewer than threads. */
  static void run(const Geometry& g, const Source& source, const Gradients& out, int64_t offsets) {
    constexpr int64_t leastChannels = 32;
    const int64_t wanted = (threadCount() + g.images - 1) / std::max<int64_t>(g.images, 1);
    const int64_t slices = std::max<int64_t>(1, std::min(wanted, g.groupChannels / leastChannels));
    const int64_t points = offsets / 2;
    std::vector<float> partial(slices > 1 ? slices * points * 3 : 0);
    const std::vector<float> zeros(g.channels);
    parallelFor(g.images * slices, [&](int64_t task) {
      const int64_t image = task / slices, slice = task % slices;
      const int64_t low = bound(g, slice, slices), high = bound(g, slice + 1, slices);
      clear(g, out.x, image, low, high);
      Gradients own = out;
      if (slices > 1) {
        own.offset = partial.data() + slice * points * 3;
        own.mask = out.mask == nullptr ? nullptr : own.offset + points * 2;
      }
      std::vector<float> sink(4 * g.channels);
      sliceGradients(g, source, own, image, low, high, zeros.data(), sink.data());
    });
    if (slices > 1) combine(partial, slices, points, out);
  }

  /** Slices begin at whole cache lines of 16 channels. */
  static int64_t bound(const Geometry& g, int64_t slice, int64_t slices) {
    return slice == slices ? g.groupChannels : g.groupChannels * slice / slices / 16 * 16;
  }

  static void clear(const Geometry& g, float* dx, int64_t image, int64_t low, int64_t high) {
    const int64_t pixels = g.height * g.width;
    for (int64_t row = image * pixels; row < (image + 1) * pixels; ++row) {
      for (int64_t group = 0; group < g.groups; ++group) {
        std::memset(dx + row * g.channels + group * g.groupChannels + low, 0, (high - low) * sizeof(float));
      }
    }
  }

  static void combine(const std::vector<float>& partial, int64_t slices, int64_t points, const Gradients& out) {
    for (int64_t i = 0; i < points * 3; ++i) {
      float* to = i < points * 2 ? out.offset + i : out.mask + (i - points * 2);
      if (i >= points * 2 && out.mask == nullptr) return;
      *to = 0;
      for (int64_t slice = 0; slice < slices; ++slice) *to += partial[slice * points * 3 + i];
    }
  }
};

}  // namespace

void registerDeformColumns() {
  const std::initializer_list<const char*> attributes = {
      "kernel: list(int)", "stride: list(int)", "pad: list(int)",
      "dilation: list(int)", "deform_groups: int", "modulated: bool",
  };
  registerKernel<DeformColumns>(
      {"DdodDeformColumns", {"x: float", "offset: float", "mask: float"}, {"columns: float"}, attributes});
  registerKernel<DeformColumnsGrad>({"DdodDeformColumnsGrad",
                                     {"dcolumns: float", "x: float", "offset: float", "mask: float"},
                                     {"dx: float", "doffset: float", "dmask: float", "columns: float"},
                                     attributes});
}

}  // namespace ddod
