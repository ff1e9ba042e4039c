// Entry of the library: loading it as a Node module, after the tfjs binding, registers the ops with TensorFlow.
#include <string>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "node_api.h"
#include "registry.h"

namespace {

/**
 * Feature maps come and go many times a second, in the same sizes: handing their memory back to the system each time
 * costs more in page faults than many an op takes (measured: up to half of a depthwise convolution's gradient).
 */
void keepFreedMemory() {
#if defined(__GLIBC__)
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, 2147483647);
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

std::string registerOnce() {
  try {
    keepFreedMemory();
    ddod::registerDeformColumns();
    ddod::registerGroupNorm();
    ddod::registerBiasActivation();
    ddod::registerDepthwise();
    ddod::registerFilterGradient();
    return "";
  } catch (const std::exception& problem) {
    return problem.what();
  }
}

}  // namespace

NAPI_MODULE_INIT() {
  static const std::string problem = registerOnce();
  if (!problem.empty()) napi_throw_error(env, nullptr, problem.c_str());
  return exports;
}
