// Inner loops of the depthwise convolution, over packed rows: [pixels][16 channels], zeros around them.
#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "simd.h"

namespace ddod::depthwise {

constexpr int64_t kBlock = 16;
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr int kLargest = 5;

/** Between which bounds an activation leaves its input alone: 0 none, 1 relu, 2 relu6. */
struct Bounds {
  explicit Bounds(int activation)
      : low(activation == 0 ? -kInfinity : 0), high(activation == 2 ? 6 : kInfinity) {}
  float low, high;
};

/** Where a block of channels lies in a map of `width` x `channels`: `count` of 16 are there. */
struct Strip {
  int64_t channels, count;
};

/** Packed pixels, each on a cache line of its own. */
class Packed {
 public:
  explicit Packed(int64_t pixels) : lines_(pixels) {}
  float* data() { return lines_.data()->at; }
  const float* data() const { return lines_.data()->at; }

 private:
  struct alignas(64) Line {
    float at[kBlock];
  };
  std::vector<Line> lines_;
};

/** Row-shaped work of the inner kernels: taps of `rows` packed rows and packed weights [rows][taps][16]. */
struct RowJob {
  std::array<const float*, kLargest> rows;
  int rowCount;
  const float* weights;
  const float* bias;  // [16]
  float* out;         // first output, its neighbours `outStep` numbers apart
  int64_t outStep, count;
};

template <class V, int64_t count>
DDOD_INLINE void storePart(float* to, const V (&values)[count], int64_t channels) {
  if (channels == kBlock) {
    for (int64_t v = 0; v < count; ++v) store<V>(to + v * lanes<V>, values[v]);
    return;
  }
  float buffer[kBlock];
  for (int64_t v = 0; v < count; ++v) store<V>(buffer + v * lanes<V>, values[v]);
  std::memcpy(to, buffer, channels * sizeof(float));
}

/** `tile` neighbouring outputs. */
template <class V, int taps, int stride, int tile>
DDOD_INLINE void convolveTile(const RowJob& job, int64_t j, const Bounds& bounds, int64_t channels) {
  constexpr int64_t vectors = kBlock / lanes<V>;
  V sums[tile][vectors];
  for (int t = 0; t < tile; ++t) {
    for (int64_t v = 0; v < vectors; ++v) sums[t][v] = load<V>(job.bias + v * lanes<V>);
  }
  const float* w = job.weights;
  for (int r = 0; r < job.rowCount; ++r) {
    const float* x = job.rows[r] + j * stride * kBlock;
#pragma GCC unroll 8
    for (int s = 0; s < taps; ++s, w += kBlock) {
#pragma GCC unroll 8
      for (int64_t v = 0; v < vectors; ++v) {
        const V weight = load<V>(w + v * lanes<V>);
#pragma GCC unroll 8
        for (int t = 0; t < tile; ++t) {
          sums[t][v] += weight * load<V>(x + (t * stride + s) * kBlock + v * lanes<V>);
        }
      }
    }
  }
  for (int t = 0; t < tile; ++t) {
    for (int64_t v = 0; v < vectors; ++v) {
      sums[t][v] = atMost<V>(atLeast<V>(sums[t][v], all<V>(bounds.low)), all<V>(bounds.high));
    }
    storePart<V, vectors>(job.out + (j + t) * job.outStep, sums[t], channels);
  }
}

template <class V, int taps, int stride>
DDOD_INLINE void convolveLine(const RowJob& job, const Bounds& bounds, int64_t channels) {
  constexpr int tile = 4;
  int64_t j = 0;
  for (; j + tile <= job.count; j += tile) convolveTile<V, taps, stride, tile>(job, j, bounds, channels);
  for (; j < job.count; ++j) convolveTile<V, taps, stride, 1>(job, j, bounds, channels);
}

/** One row of outputs with `taps` taps along the row. */
template <class V>
DDOD_INLINE void convolveRowBody(const RowJob& job, int taps, int stride, const Bounds& bounds, int64_t channels) {
  if (stride == 2) {
    if (taps == 3) return convolveLine<V, 3, 2>(job, bounds, channels);
    return convolveLine<V, 5, 2>(job, bounds, channels);
  }
  if (taps == 1) return convolveLine<V, 1, 1>(job, bounds, channels);
  if (taps == 2) return convolveLine<V, 2, 1>(job, bounds, channels);
  if (taps == 3) return convolveLine<V, 3, 1>(job, bounds, channels);
  return convolveLine<V, 5, 1>(job, bounds, channels);
}
DDOD_DISPATCH(convolveRow,
              (const RowJob& job, int taps, int stride, const Bounds& bounds, int64_t channels),
              (job, taps, stride, bounds, channels))

/** Adds to `dw` [taps][16] the products of one row of dz with one packed row of x. */
template <class V, int taps, int stride>
DDOD_INLINE void correlateLine(const float* x, const float* dz, float* dw, int64_t count) {
  constexpr int64_t vectors = kBlock / lanes<V>;
  V sums[taps][vectors];
  for (int s = 0; s < taps; ++s) {
    for (int64_t v = 0; v < vectors; ++v) sums[s][v] = V{};
  }
  for (int64_t j = 0; j < count; ++j, x += stride * kBlock, dz += kBlock) {
#pragma GCC unroll 4
    for (int64_t v = 0; v < vectors; ++v) {
      const V d = load<V>(dz + v * lanes<V>);
#pragma GCC unroll 8
      for (int s = 0; s < taps; ++s) sums[s][v] += d * load<V>(x + s * kBlock + v * lanes<V>);
    }
  }
  for (int s = 0; s < taps; ++s) {
    for (int64_t v = 0; v < vectors; ++v) {
      float* to = dw + s * kBlock + v * lanes<V>;
      store<V>(to, load<V>(to) + sums[s][v]);
    }
  }
}

template <class V>
DDOD_INLINE void correlateRowBody(const float* x, const float* dz, float* dw, int64_t count, int taps, int stride) {
  if (stride == 1) {
    if (taps == 3) return correlateLine<V, 3, 1>(x, dz, dw, count);
    return correlateLine<V, 5, 1>(x, dz, dw, count);
  }
  if (taps == 3) return correlateLine<V, 3, 2>(x, dz, dw, count);
  return correlateLine<V, 5, 2>(x, dz, dw, count);
}
DDOD_DISPATCH(correlateRow,
              (const float* x, const float* dz, float* dw, int64_t count, int taps, int stride),
              (x, dz, dw, count, taps, stride))

/** Packs 16 channels of `count` pixels. */
template <class V>
DDOD_INLINE void packBody(const float* from, float* to, int64_t count, const Strip& strip) {
  if (strip.count < kBlock) {
    for (int64_t j = 0; j < count; ++j, from += strip.channels, to += kBlock) {
      std::memcpy(to, from, strip.count * sizeof(float));
    }
    return;
  }
  for (int64_t j = 0; j < count; ++j, from += strip.channels, to += kBlock) {
    for (int64_t v = 0; v < kBlock; v += lanes<V>) store<V>(to + v, load<V>(from + v));
  }
}
DDOD_DISPATCH(pack, (const float* from, float* to, int64_t count, const Strip& strip), (from, to, count, strip))

/** Packs dz: 16 channels of dy where y is inside the activation's bounds; adds its sum to `dbias` [16]. */
template <class V>
DDOD_INLINE void packGradientBody(const float* dy, const float* y, float* to, float* dbias, int64_t count,
                                  const Strip& strip, const Bounds& bounds) {
  const V low = all<V>(bounds.low), high = all<V>(bounds.high);
  for (int64_t j = 0; j < count; ++j, dy += strip.channels, y += strip.channels, to += kBlock) {
    if (strip.count == kBlock) {
      for (int64_t v = 0; v < kBlock; v += lanes<V>) {
        const V out = load<V>(y + v);
        const V d = out > low ? (out < high ? load<V>(dy + v) : V{}) : V{};
        store<V>(to + v, d);
        store<V>(dbias + v, load<V>(dbias + v) + d);
      }
      continue;
    }
    for (int64_t c = 0; c < strip.count; ++c) {
      to[c] = y[c] > bounds.low && y[c] < bounds.high ? dy[c] : 0;
      dbias[c] += to[c];
    }
  }
}
DDOD_DISPATCH(packGradient,
              (const float* dy, const float* y, float* to, float* dbias, int64_t count, const Strip& strip,
               const Bounds& bounds),
              (dy, y, to, dbias, count, strip, bounds))

/** The last few packed rows of an image's channel block, with zeros around them. */
class RowWindow {
 public:
  /** Keeps `depth` rows of `before` zeros, the map's `width` pixels and enough zeros to make `total`. */
  RowWindow(int depth, int64_t before, int64_t total)
      : depth_(depth), before_(before), stride_(total * kBlock), rows_(depth * total), zeros_(total) {}

  /** The packed row `row` of a map whose block begins at `map`; zeros outside it. */
  const float* row(const float* map, int64_t row, int64_t height, int64_t width, const Strip& strip) {
    if (row < 0 || row >= height) return zeros_.data();
    float* packed = rows_.data() + row % depth_ * stride_;
    if (row > last_) {
      pack(map + row * width * strip.channels, packed + before_ * kBlock, width, strip);
      last_ = row;
    }
    return packed;
  }

 private:
  int64_t depth_, before_, stride_;
  Packed rows_, zeros_;
  int64_t last_ = -1;
};

}  // namespace ddod::depthwise
