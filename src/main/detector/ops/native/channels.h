// Feature maps seen as rows of channels, whatever their number: rows are joined until a row fills whole vectors, and
// values that belong to channels are repeated alongside.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

namespace ddod {

/** `rows` rows of C channels as `wideRows` rows of `repeat` * C, and what is left as `rest` rows of C. */
struct WideRows {
  WideRows(int64_t rows, int64_t channels)
      : repeat(std::max<int64_t>(1, std::min(rows, kLanes / std::gcd(channels, kLanes)))),
        width(repeat * channels),
        wideRows(rows / repeat),
        rest(rows % repeat) {}

  static constexpr int64_t kLanes = 16;

  int64_t repeat, width, wideRows, rest;

  /** `values` [C] repeated to the width of a wide row. */
  std::vector<float> spread(const float* values) const {
    std::vector<float> wide(width);
    const int64_t channels = width / repeat;
    for (int64_t i = 0; i < width; ++i) wide[i] = values[i % channels];
    return wide;
  }

  /** Sums of wide rows, added up to sums of channels. */
  void fold(const double* wide, double* sums) const {
    const int64_t channels = width / repeat;
    for (int64_t i = 0; i < width; ++i) sums[i % channels] += wide[i];
  }
};

}  // namespace ddod
