// Inner loops of a deformable convolution: where its taps look, what they see there, and the way back.
#pragma once

#include <cmath>

#include "simd.h"

namespace ddod::deform {

/** Sizes of a deformable convolution; `groups` are the deformable ones. */
struct Geometry {
  int64_t images, height, width, channels, outHeight, outWidth;
  int64_t groups, groupChannels;
  int kernelHeight, kernelWidth, strideY, strideX, padY, padX, dilationY, dilationX;

  int64_t taps() const { return int64_t{kernelHeight} * kernelWidth; }
  int64_t positions() const { return images * outHeight * outWidth; }
};

struct Source {
  const float* x;       // [N, H, W, C]
  const float* offset;  // [N, Ho, Wo, groups * taps * 2]
  const float* mask;    // [N, Ho, Wo, groups * taps], or null for all ones
};

/** A sampling point: the four pixels around it (by row of x, -1 outside) with their weights. */
struct Point {
  int64_t row[4];
  float weight[4];
  float fractionY, fractionX, mask;
  bool counts;
};

DDOD_INLINE int64_t pixelRow(const Geometry& g, int64_t image, int64_t y, int64_t x) {
  const bool inside = y >= 0 && y < g.height && x >= 0 && x < g.width;
  return inside ? (image * g.height + y) * g.width + x : -1;
}

/** Where tap (ky, kx) of the filter looks from output position (image, i, j). `index` counts masks: half of offsets. */
DDOD_INLINE Point locate(const Geometry& g, const Source& s, int64_t image, int64_t i, int64_t j, int ky, int kx,
                         int64_t index) {
  Point point{};
  const float y = static_cast<float>(i * g.strideY - g.padY + ky * g.dilationY) + s.offset[2 * index];
  const float x = static_cast<float>(j * g.strideX - g.padX + kx * g.dilationX) + s.offset[2 * index + 1];
  point.counts = y > -1 && x > -1 && y < static_cast<float>(g.height) && x < static_cast<float>(g.width);
  if (!point.counts) return point;
  const float top = std::floor(y), left = std::floor(x);
  const auto y0 = static_cast<int64_t>(top), x0 = static_cast<int64_t>(left);
  const float fy = y - top, fx = x - left;
  point.fractionY = fy;
  point.fractionX = fx;
  point.mask = s.mask == nullptr ? 1.0f : s.mask[index];
  const float weights[4] = {(1 - fy) * (1 - fx), (1 - fy) * fx, fy * (1 - fx), fy * fx};
  for (int c = 0; c < 4; ++c) {
    point.row[c] = pixelRow(g, image, y0 + (c >> 1), x0 + (c & 1));
    point.weight[c] = weights[c];
  }
  return point;
}

template <class V>
DDOD_INLINE void interpolate(float* out, const float* const from[4], const float weight[4], int64_t count) {
  const float w0 = weight[0], w1 = weight[1], w2 = weight[2], w3 = weight[3];
  int64_t c = 0;
  for (; c + lanes<V> <= count; c += lanes<V>) {
    store<V>(out + c, w0 * load<V>(from[0] + c) + w1 * load<V>(from[1] + c) + w2 * load<V>(from[2] + c) +
                          w3 * load<V>(from[3] + c));
  }
  for (; c < count; ++c) {
    out[c] = weight[0] * from[0][c] + weight[1] * from[1][c] + weight[2] * from[2][c] + weight[3] * from[3][c];
  }
}

/** The columns of output rows [begin, end) of N * Ho. `zeros` is a row of C zeros, read for pixels outside. */
template <class V>
DDOD_INLINE void sampleRowsBody(const Geometry& g, const Source& s, float* columns, int64_t begin, int64_t end,
                                const float* zeros) {
  const int64_t taps = g.taps();
  for (int64_t position = begin * g.outWidth; position < end * g.outWidth; ++position) {
    const int64_t j = position % g.outWidth, row = position / g.outWidth;
    const int64_t i = row % g.outHeight, image = row / g.outHeight;
    for (int64_t group = 0; group < g.groups; ++group) {
      for (int64_t tap = 0; tap < taps; ++tap) {
        const int ky = static_cast<int>(tap / g.kernelWidth), kx = static_cast<int>(tap % g.kernelWidth);
        const int64_t first = group * g.groupChannels;
        const Point point = locate(g, s, image, i, j, ky, kx, (position * g.groups + group) * taps + tap);
        float* out = columns + (position * taps + tap) * g.channels + first;
        if (!point.counts) {
          std::memset(out, 0, g.groupChannels * sizeof(float));
          continue;
        }
        const float* from[4];
        float weight[4];
        for (int c = 0; c < 4; ++c) {
          from[c] = point.row[c] < 0 ? zeros : s.x + point.row[c] * g.channels + first;
          weight[c] = point.weight[c] * point.mask;
        }
        interpolate<V>(out, from, weight, g.groupChannels);
      }
    }
  }
}
DDOD_DISPATCH(sampleRows,
              (const Geometry& g, const Source& s, float* columns, int64_t begin, int64_t end, const float* zeros),
              (g, s, columns, begin, end, zeros))

/** Where the gradients of one slice of the channels go. `offset` and `mask` are sums over the slice. */
struct Gradients {
  const float* dcolumns;  // [N * Ho * Wo, taps * C]
  float* x;
  float* offset;
  float* mask;     // or null
  float* columns;  // sampled again
};

/**
 * One point's share: spreads the gradient `d` over the four pixels, samples again into `out`, and returns in `dots`
 * the scalar products of `d` with the four pixels.
 */
template <class V>
DDOD_INLINE void spread(const float* d, const float* const from[4], float* const to[4], const float weight[4],
                        float* out, int64_t count, float dots[4]) {
  const float w0 = weight[0], w1 = weight[1], w2 = weight[2], w3 = weight[3];
  V s0{}, s1{}, s2{}, s3{};
  int64_t c = 0;
  for (; c + lanes<V> <= count; c += lanes<V>) {
    const V v = load<V>(d + c);
    const V a0 = load<V>(from[0] + c), a1 = load<V>(from[1] + c);
    const V a2 = load<V>(from[2] + c), a3 = load<V>(from[3] + c);
    s0 += v * a0;
    s1 += v * a1;
    s2 += v * a2;
    s3 += v * a3;
    store<V>(out + c, w0 * a0 + w1 * a1 + w2 * a2 + w3 * a3);
    store<V>(to[0] + c, load<V>(to[0] + c) + w0 * v);
    store<V>(to[1] + c, load<V>(to[1] + c) + w1 * v);
    store<V>(to[2] + c, load<V>(to[2] + c) + w2 * v);
    store<V>(to[3] + c, load<V>(to[3] + c) + w3 * v);
  }
  dots[0] = sum<V>(s0);
  dots[1] = sum<V>(s1);
  dots[2] = sum<V>(s2);
  dots[3] = sum<V>(s3);
  for (; c < count; ++c) {
    out[c] = 0;
    for (int k = 0; k < 4; ++k) {
      dots[k] += d[c] * from[k][c];
      out[c] += weight[k] * from[k][c];
      to[k][c] += weight[k] * d[c];
    }
  }
}

/** Gradients of one image over channels [low, high) of every deformable group. `sink` takes what falls outside. */
template <class V>
DDOD_INLINE void sliceGradientsBody(const Geometry& g, const Source& s, const Gradients& out, int64_t image,
                                    int64_t low, int64_t high, const float* zeros, float* sink) {
  const int64_t taps = g.taps(), perImage = g.outHeight * g.outWidth;
  for (int64_t cell = 0; cell < perImage; ++cell) {
    const int64_t position = image * perImage + cell;
    const int64_t i = cell / g.outWidth, j = cell % g.outWidth;
    for (int64_t group = 0; group < g.groups; ++group) {
      for (int64_t tap = 0; tap < taps; ++tap) {
        const int ky = static_cast<int>(tap / g.kernelWidth), kx = static_cast<int>(tap % g.kernelWidth);
        const int64_t index = (position * g.groups + group) * taps + tap;
        const int64_t first = group * g.groupChannels + low;
        const int64_t column = (position * taps + tap) * g.channels + first;
        const Point point = locate(g, s, image, i, j, ky, kx, index);
        float dots[4] = {};
        if (point.counts) {
          const float* from[4];
          float* to[4];
          float weight[4];
          for (int c = 0; c < 4; ++c) {
            const bool inside = point.row[c] >= 0;
            from[c] = inside ? s.x + point.row[c] * g.channels + first : zeros;
            to[c] = inside ? out.x + point.row[c] * g.channels + first : sink + c * g.channels;
            weight[c] = point.weight[c] * point.mask;
          }
          spread<V>(out.dcolumns + column, from, to, weight, out.columns + column, high - low, dots);
        } else {
          std::memset(out.columns + column, 0, (high - low) * sizeof(float));
        }
        const float fy = point.fractionY, fx = point.fractionX;
        out.offset[2 * index] = point.mask * ((1 - fx) * (dots[2] - dots[0]) + fx * (dots[3] - dots[1]));
        out.offset[2 * index + 1] = point.mask * ((1 - fy) * (dots[1] - dots[0]) + fy * (dots[3] - dots[2]));
        if (out.mask == nullptr) continue;
        out.mask[index] = 0;
        for (int c = 0; c < 4; ++c) out.mask[index] += point.weight[c] * dots[c];
      }
    }
  }
}
DDOD_DISPATCH(sliceGradients,
              (const Geometry& g, const Source& s, const Gradients& out, int64_t image, int64_t low, int64_t high,
               const float* zeros, float* sink),
              (g, s, out, image, low, high, zeros, sink))

}  // namespace ddod::deform
