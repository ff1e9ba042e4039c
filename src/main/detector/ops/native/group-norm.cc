// Group normalisation with the ReLU after it: one pass for sums, one for the output, the same on the way back.
#include <cmath>
#include <vector>

#include "channels.h"
#include "group-norm-rows.h"
#include "op.h"
#include "parallel.h"
#include "registry.h"

namespace ddod {
namespace {

using namespace norm;

/** Numbers in one task of a sweep; set by the map alone, so that sums do not depend on the machine's threads. */
constexpr int64_t kTask = 32768;
/** Wide rows summed in float32 before their sum goes to float64. */
constexpr int64_t kBlock = 32;

/** A feature map [N, H, W, C] in G groups, cut into tasks of whole wide rows. */
struct Map {
  Map(const Input& x, int groups)
      : images(x.dim(0)),
        pixels(x.dim(1) * x.dim(2)),
        channels(x.dim(3)),
        groups(groups),
        wide(pixels, channels),
        taskRows(std::max<int64_t>(1, kTask / wide.width)),
        tasksPerImage(std::max<int64_t>(1, (wide.wideRows + taskRows - 1) / taskRows)) {
    require(groups > 0 && channels % groups == 0, "the groups do not divide the channels");
  }

  int64_t groupChannels() const { return channels / groups; }
  int64_t imageSize() const { return pixels * channels; }

  /** Calls `body(task, image, first wide row, end)` for every task, several at once. */
  template <class Body>
  void each(const Body& body) const {
    parallelFor(images * tasksPerImage, [&](int64_t task) {
      const int64_t begin = task % tasksPerImage * taskRows;
      body(task, task / tasksPerImage, begin, std::min(begin + taskRows, wide.wideRows));
    });
  }

  int64_t images, pixels, channels, groups;
  WideRows wide;
  int64_t taskRows, tasksPerImage;
};

/** Two sums for each image and channel, in float64: [N, 2, C]. */
class ChannelSums {
 public:
  /** `sum(image, offset, rows, width, first, second)` adds up rows that begin `offset` numbers into the image. */
  template <class Sum>
  ChannelSums(const Map& map, const Sum& sum) : channels_(map.channels), sums_(map.images * 2 * map.channels) {
    const int64_t width = map.wide.width;
    std::vector<double> partial(map.images * map.tasksPerImage * 2 * width);
    map.each([&](int64_t task, int64_t image, int64_t begin, int64_t end) {
      std::vector<float> block(2 * width);
      double* own = partial.data() + task * 2 * width;
      for (int64_t row = begin; row < end; row += kBlock) {
        std::fill(block.begin(), block.end(), 0.0f);
        sum(image, row * width, std::min(kBlock, end - row), width, block.data(), block.data() + width);
        for (int64_t c = 0; c < 2 * width; ++c) own[c] += block[c];
      }
    });
    for (int64_t task = 0; task < map.images * map.tasksPerImage; ++task) {
      const int64_t image = task / map.tasksPerImage;
      map.wide.fold(partial.data() + task * 2 * width, at(image, 0));
      map.wide.fold(partial.data() + task * 2 * width + width, at(image, 1));
    }
    addRest(map, sum);
  }

  double first(int64_t image, int64_t channel) const { return sums_[image * 2 * channels_ + channel]; }
  double second(int64_t image, int64_t channel) const { return sums_[(image * 2 + 1) * channels_ + channel]; }

 private:
  double* at(int64_t image, int which) { return sums_.data() + (image * 2 + which) * channels_; }

  template <class Sum>
  void addRest(const Map& map, const Sum& sum) {
    if (map.wide.rest == 0) return;
    for (int64_t image = 0; image < map.images; ++image) {
      std::vector<float> block(2 * channels_);
      sum(image, map.wide.wideRows * map.wide.width, map.wide.rest, channels_, block.data(), block.data() + channels_);
      for (int64_t c = 0; c < channels_; ++c) {
        at(image, 0)[c] += block[c];
        at(image, 1)[c] += block[channels_ + c];
      }
    }
  }

  int64_t channels_;
  std::vector<double> sums_;
};

/** Applies `body(image, offset, rows, width)` to all rows of the map. */
template <class Body>
void sweep(const Map& map, const Body& body) {
  const int64_t width = map.wide.width;
  map.each([&](int64_t, int64_t image, int64_t begin, int64_t end) {
    if (begin < end) body(image, begin * width, end - begin, width);
    if (begin / map.taskRows == map.tasksPerImage - 1 && map.wide.rest > 0) {
      body(image, map.wide.wideRows * width, map.wide.rest, map.channels);
    }
  });
}

/** scale and shift of every image's channels from its groups' statistics, as wide rows. */
std::vector<Coefficients> normalisation(const Map& map, const float* gamma, const float* beta, const float* mean,
                                        const float* rstd) {
  std::vector<Coefficients> all(map.images);
  std::vector<float> scale(map.channels), shift(map.channels);
  for (int64_t image = 0; image < map.images; ++image) {
    for (int64_t c = 0; c < map.channels; ++c) {
      const int64_t group = image * map.groups + c / map.groupChannels();
      scale[c] = gamma[c] * rstd[group];
      shift[c] = beta[c] - mean[group] * scale[c];
    }
    all[image].scale = map.wide.spread(scale.data());
    all[image].shift = map.wide.spread(shift.data());
  }
  return all;
}

class GroupNormKernel {
 public:
  explicit GroupNormKernel(const Attributes& a)
      : groups_(a.integer("groups")), epsilon_(a.real("epsilon")), low_(a.flag("relu") ? 0 : -INFINITY) {}

 protected:
  int groups_;
  float epsilon_, low_;
};

class GroupNorm : GroupNormKernel {
 public:
  using GroupNormKernel::GroupNormKernel;

  void compute(Context& context) const {
    const Input x = context.input(0, 4), gamma = context.input(1, 1), beta = context.input(2, 1);
    const Map map(x, groups_);
    require(gamma.dim(0) == map.channels && beta.dim(0) == map.channels, "gamma or beta does not fit the channels");
    float* y = context.output(0, x.shape);
    float* mean = context.output(1, {map.images, map.groups});
    float* rstd = context.output(2, {map.images, map.groups});
    if (x.size() == 0) return;
    statistics(map, x.data, mean, rstd);
    const auto k = normalisation(map, gamma.data, beta.data, mean, rstd);
    sweep(map, [&](int64_t image, int64_t offset, int64_t rows, int64_t width) {
      const int64_t at = image * map.imageSize() + offset;
      scaleShift(x.data + at, y + at, k[image].scale.data(), k[image].shift.data(), low_, rows, width);
    });
  }

 private:
  /** Sums are taken about each channel's first pixel, so that a large mean does not swallow the variance. */
  void statistics(const Map& map, const float* x, float* mean, float* rstd) const {
    std::vector<std::vector<float>> pivots;
    for (int64_t image = 0; image < map.images; ++image) pivots.push_back(map.wide.spread(x + image * map.imageSize()));
    const ChannelSums sums(map, [&](int64_t image, int64_t offset, int64_t rows, int64_t width, float* first,
                                    float* second) {
      sumMoments(x + image * map.imageSize() + offset, pivots[image].data(), first, second, rows, width);
    });
    const double pixels = static_cast<double>(map.pixels), size = static_cast<double>(map.groupChannels());
    for (int64_t image = 0; image < map.images; ++image) {
      for (int64_t group = 0; group < map.groups; ++group) {
        double total = 0, within = 0, between = 0;
        const auto channelMean = [&](int64_t c) { return pivots[image][c] + sums.first(image, c) / pixels; };
        const int64_t begin = group * map.groupChannels(), end = begin + map.groupChannels();
        for (int64_t c = begin; c < end; ++c) total += channelMean(c);
        const double centre = total / size;
        for (int64_t c = begin; c < end; ++c) {
          const double drift = sums.first(image, c) / pixels, apart = channelMean(c) - centre;
          within += sums.second(image, c) / pixels - drift * drift;
          between += apart * apart;
        }
        const double variance = std::max(0.0, (within + between) / size);
        mean[image * map.groups + group] = static_cast<float>(centre);
        rstd[image * map.groups + group] = static_cast<float>(1 / std::sqrt(variance + epsilon_));
      }
    }
  }
};

class GroupNormGrad : GroupNormKernel {
 public:
  using GroupNormKernel::GroupNormKernel;

  void compute(Context& context) const {
    const Input dy = context.input(0, 4), x = context.input(1, 4), gamma = context.input(2, 1);
    const Input beta = context.input(3, 1), mean = context.input(4, 2), rstd = context.input(5, 2);
    const Map map(x, groups_);
    require(dy.shape == x.shape, "the gradient does not fit the input");
    require(gamma.dim(0) == map.channels && beta.dim(0) == map.channels, "gamma or beta does not fit the channels");
    require(mean.size() == map.images * map.groups && rstd.size() == mean.size(), "statistics do not fit the groups");
    float* dx = context.output(0, x.shape);
    float* dgamma = context.output(1, {map.channels});
    float* dbeta = context.output(2, {map.channels});
    auto k = normalisation(map, gamma.data, beta.data, mean.data, rstd.data);
    if (x.size() > 0) {
      const ChannelSums sums = channelSums(map, dy.data, x.data, mean.data, k);
      affineGradients(map, sums, rstd.data, dgamma, dbeta);
      complete(map, sums, gamma.data, mean.data, rstd.data, k);
    }
    sweep(map, [&](int64_t image, int64_t offset, int64_t rows, int64_t width) {
      const int64_t at = image * map.imageSize() + offset;
      passBack(dy.data + at, x.data + at, dx + at, k[image], low_, rows, width);
    });
  }

 private:
  ChannelSums channelSums(const Map& map, const float* dy, const float* x, const float* mean,
                          const std::vector<Coefficients>& k) const {
    std::vector<std::vector<float>> pivots;
    std::vector<float> centre(map.channels);
    for (int64_t image = 0; image < map.images; ++image) {
      for (int64_t c = 0; c < map.channels; ++c) centre[c] = mean[image * map.groups + c / map.groupChannels()];
      pivots.push_back(map.wide.spread(centre.data()));
    }
    return ChannelSums(map, [&](int64_t image, int64_t offset, int64_t rows, int64_t width, float* first,
                                float* second) {
      const int64_t at = image * map.imageSize() + offset;
      sumGradients(dy + at, x + at, k[image], pivots[image].data(), low_, first, second, rows, width);
    });
  }

  static void affineGradients(const Map& map, const ChannelSums& sums, const float* rstd, float* dgamma,
                              float* dbeta) {
    for (int64_t c = 0; c < map.channels; ++c) {
      double first = 0, second = 0;
      for (int64_t image = 0; image < map.images; ++image) {
        first += sums.first(image, c);
        second += sums.second(image, c) * rstd[image * map.groups + c / map.groupChannels()];
      }
      dbeta[c] = static_cast<float>(first);
      dgamma[c] = static_cast<float>(second);
    }
  }

  /** dx = rstd (gamma dz - mean(gamma dz) - unit mean(gamma dz unit)), unit being (x - mean) rstd. */
  static void complete(const Map& map, const ChannelSums& sums, const float* gamma, const float* mean,
                       const float* rstd, std::vector<Coefficients>& k) {
    const double size = static_cast<double>(map.pixels * map.groupChannels());
    std::vector<float> p(map.channels), q(map.channels), r(map.channels);
    for (int64_t image = 0; image < map.images; ++image) {
      for (int64_t group = 0; group < map.groups; ++group) {
        const double s = rstd[image * map.groups + group], centre = mean[image * map.groups + group];
        const int64_t begin = group * map.groupChannels(), end = begin + map.groupChannels();
        double level = 0, slope = 0;
        for (int64_t c = begin; c < end; ++c) {
          level += gamma[c] * sums.first(image, c) / size;
          slope += gamma[c] * sums.second(image, c) * s / size;
        }
        for (int64_t c = begin; c < end; ++c) {
          p[c] = static_cast<float>(gamma[c] * s);
          q[c] = static_cast<float>(-slope * s * s);
          r[c] = static_cast<float>(slope * s * s * centre - level * s);
        }
      }
      k[image].p = map.wide.spread(p.data());
      k[image].q = map.wide.spread(q.data());
      k[image].r = map.wide.spread(r.data());
    }
  }
};

}  // namespace

void registerGroupNorm() {
  const std::initializer_list<const char*> attributes = {"groups: int", "epsilon: float", "relu: bool"};
  registerKernel<GroupNorm>({"DdodGroupNorm",
                             {"x: float", "gamma: float", "beta: float"},
                             {"y: float", "mean: float", "rstd: float"},
                             attributes});
  registerKernel<GroupNormGrad>({"DdodGroupNormGrad",
                                 {"dy: float", "x: float", "gamma: float", "beta: float", "mean: float", "rstd: float"},
                                 {"dx: float", "dgamma: float", "dbeta: float"},
                                 attributes});
}

}  // namespace ddod
