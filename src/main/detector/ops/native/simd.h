// One body, compiled for several instruction sets and chosen when the library is loaded. A body is a function template
// over the vector type, `template <class V> DDOD_INLINE void nameBody(...)`; DDOD_DISPATCH makes `name(...)` of it.
#pragma once

#include <cstdint>
#include <cstring>

#define DDOD_INLINE inline __attribute__((always_inline))

namespace ddod {

typedef float Vector4 __attribute__((vector_size(16)));
typedef float Vector8 __attribute__((vector_size(32)));
typedef float Vector16 __attribute__((vector_size(64)));

template <class V>
constexpr int64_t lanes = sizeof(V) / sizeof(float);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"

template <class V>
DDOD_INLINE V load(const float* from) {
  typedef V Unaligned __attribute__((aligned(4), may_alias));
  return *reinterpret_cast<const Unaligned*>(from);
}

template <class V>
DDOD_INLINE void store(float* to, V value) {
  typedef V Unaligned __attribute__((aligned(4), may_alias));
  *reinterpret_cast<Unaligned*>(to) = value;
}

template <class V>
DDOD_INLINE V all(float value) {
  return value - V{};
}

template <class V>
DDOD_INLINE float sum(V value) {
  float total = 0;
  for (int64_t i = 0; i < lanes<V>; ++i) total += value[i];
  return total;
}

/** The greater of each pair; what is not a number stays so. */
template <class V>
DDOD_INLINE V atLeast(V value, V limit) {
  return limit > value ? limit : value;
}

template <class V>
DDOD_INLINE V atMost(V value, V limit) {
  return limit < value ? limit : value;
}

enum class Level { plain, avx2, avx512 };

inline Level machineLevel() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) return Level::avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return Level::avx2;
#endif
  return Level::plain;
}

inline const Level level = machineLevel();

}  // namespace ddod

#if defined(__x86_64__)
#define DDOD_DISPATCH(name, parameters, arguments)                                                            \
  __attribute__((target("avx512f,avx512vl,avx2,fma"))) static void name##Avx512 parameters {                  \
    name##Body<::ddod::Vector16> arguments;                                                                   \
  }                                                                                                           \
  __attribute__((target("avx2,fma"))) static void name##Avx2 parameters { name##Body<::ddod::Vector8> arguments; } \
  static void name##Plain parameters { name##Body<::ddod::Vector4> arguments; }                               \
  static void name parameters {                                                                               \
    if (::ddod::level == ::ddod::Level::avx512) return name##Avx512 arguments;                                \
    if (::ddod::level == ::ddod::Level::avx2) return name##Avx2 arguments;                                    \
    name##Plain arguments;                                                                                    \
  }
#else
#define DDOD_DISPATCH(name, parameters, arguments) \
  static void name parameters { name##Body<::ddod::Vector4> arguments; }
#endif
