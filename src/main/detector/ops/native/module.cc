// Entry of the library: loading it as a Node module, after the tfjs binding, registers the ops with TensorFlow.
#include <mutex>
#include <string>

#include "node_api.h"
#include "registry.h"

namespace {

std::string registerOnce() {
  try {
    ddod::registerDeformColumns();
    ddod::registerGroupNorm();
    ddod::registerBiasActivation();
    ddod::registerDepthwise();
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
