// Inner loops of group normalisation, over rows of channels.
#pragma once

#include <algorithm>
#include <vector>

#include "simd.h"

namespace ddod::norm {

/** Per channel: z = x * scale + shift before the ReLU, and for the way back dx = dz * p + x * q + r. */
struct Coefficients {
  std::vector<float> scale, shift, p, q, r;
};

/** Sums of (x - pivot) and of its square. */
template <class V>
DDOD_INLINE void sumMomentsBody(const float* x, const float* pivot, float* first, float* second, int64_t rows,
                                int64_t width) {
  for (int64_t row = 0; row < rows; ++row, x += width) {
    int64_t c = 0;
    for (; c + lanes<V> <= width; c += lanes<V>) {
      const V v = load<V>(x + c) - load<V>(pivot + c);
      store<V>(first + c, load<V>(first + c) + v);
      store<V>(second + c, load<V>(second + c) + v * v);
    }
    for (; c < width; ++c) {
      const float v = x[c] - pivot[c];
      first[c] += v;
      second[c] += v * v;
    }
  }
}
DDOD_DISPATCH(sumMoments,
              (const float* x, const float* pivot, float* first, float* second, int64_t rows, int64_t width),
              (x, pivot, first, second, rows, width))

template <class V>
DDOD_INLINE void scaleShiftBody(const float* x, float* y, const float* scale, const float* shift, float low,
                                int64_t rows, int64_t width) {
  const V floor = all<V>(low);
  for (int64_t row = 0; row < rows; ++row, x += width, y += width) {
    int64_t c = 0;
    for (; c + lanes<V> <= width; c += lanes<V>) {
      store<V>(y + c, atLeast<V>(load<V>(x + c) * load<V>(scale + c) + load<V>(shift + c), floor));
    }
    for (; c < width; ++c) y[c] = std::max(x[c] * scale[c] + shift[c], low);
  }
}
DDOD_DISPATCH(scaleShift,
              (const float* x, float* y, const float* scale, const float* shift, float low, int64_t rows,
               int64_t width),
              (x, y, scale, shift, low, rows, width))

/** Sums of dz and of dz * (x - pivot), dz being dy where z is above `low`. */
template <class V>
DDOD_INLINE void sumGradientsBody(const float* dy, const float* x, const Coefficients& k, const float* pivot,
                                  float low, float* first, float* second, int64_t rows, int64_t width) {
  const V floor = all<V>(low);
  const float *scale = k.scale.data(), *shift = k.shift.data();
  for (int64_t row = 0; row < rows; ++row, dy += width, x += width) {
    int64_t c = 0;
    for (; c + lanes<V> <= width; c += lanes<V>) {
      const V v = load<V>(x + c);
      const V d = v * load<V>(scale + c) + load<V>(shift + c) > floor ? load<V>(dy + c) : V{};
      store<V>(first + c, load<V>(first + c) + d);
      store<V>(second + c, load<V>(second + c) + d * (v - load<V>(pivot + c)));
    }
    for (; c < width; ++c) {
      const float d = x[c] * scale[c] + shift[c] > low ? dy[c] : 0;
      first[c] += d;
      second[c] += d * (x[c] - pivot[c]);
    }
  }
}
DDOD_DISPATCH(sumGradients,
              (const float* dy, const float* x, const Coefficients& k, const float* pivot, float low, float* first,
               float* second, int64_t rows, int64_t width),
              (dy, x, k, pivot, low, first, second, rows, width))

template <class V>
DDOD_INLINE void passBackBody(const float* dy, const float* x, float* dx, const Coefficients& k, float low,
                              int64_t rows, int64_t width) {
  const V floor = all<V>(low);
  const float *scale = k.scale.data(), *shift = k.shift.data();
  const float *p = k.p.data(), *q = k.q.data(), *r = k.r.data();
  for (int64_t row = 0; row < rows; ++row, dy += width, x += width, dx += width) {
    int64_t c = 0;
    for (; c + lanes<V> <= width; c += lanes<V>) {
      const V v = load<V>(x + c);
      const V d = v * load<V>(scale + c) + load<V>(shift + c) > floor ? load<V>(dy + c) : V{};
      store<V>(dx + c, d * load<V>(p + c) + (v * load<V>(q + c) + load<V>(r + c)));
    }
    for (; c < width; ++c) {
      const float d = x[c] * scale[c] + shift[c] > low ? dy[c] : 0;
      dx[c] = d * p[c] + (x[c] * q[c] + r[c]);
    }
  }
}
DDOD_DISPATCH(passBack,
              (const float* dy, const float* x, float* dx, const Coefficients& k, float low, int64_t rows,
               int64_t width),
              (dy, x, dx, k, low, rows, width))

}  // namespace ddod::norm
