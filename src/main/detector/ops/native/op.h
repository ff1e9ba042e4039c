// A thin layer over TensorFlow's C API for ops: a kernel is a class made from its attributes, with a compute method.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <vector>

#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"

namespace ddod {

/** Thrown by kernels for inputs that do not fit; reaches the caller as TensorFlow's InvalidArgument. */
struct InvalidInput : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline void require(bool condition, const char* message) {
  if (!condition) throw InvalidInput(message);
}

class Attributes {
 public:
  explicit Attributes(TF_OpKernelConstruction* construction);
  ~Attributes();
  Attributes(const Attributes&) = delete;

  int integer(const char* name) const;
  float real(const char* name) const;
  bool flag(const char* name) const;
  std::vector<int> integers(const char* name, int count) const;
  /** True unless an attribute was missing or of another type; if so, the failure is reported. */
  bool valid() const;

 private:
  TF_OpKernelConstruction* construction_;
  TF_Status* status_;
};

using Shape = std::vector<int64_t>;

struct Input {
  const float* data;
  Shape shape;
  int64_t dim(int i) const { return shape.at(i); }
  int64_t size() const;
};

/** Inputs and outputs of one run of a kernel; tensors are freed with it. */
class Context {
 public:
  explicit Context(TF_OpKernelContext* context);
  ~Context();
  Context(const Context&) = delete;

  Input input(int index, int rank);
  float* output(int index, const Shape& shape);
  void fail(const char* message);

 private:
  void check() const;

  TF_OpKernelContext* context_;
  TF_Status* status_;
  std::vector<TF_Tensor*> tensors_;
};

/** Specifications as TensorFlow writes them: "x: float", "groups: int". */
struct Definition {
  const char* name;
  std::initializer_list<const char*> inputs;
  std::initializer_list<const char*> outputs;
  std::initializer_list<const char*> attributes;
};

using Create = void* (*)(TF_OpKernelConstruction*);
using Compute = void (*)(void*, TF_OpKernelContext*);
using Destroy = void (*)(void*);

void registerOp(const Definition& definition, Create create, Compute compute, Destroy destroy);

/** Registers an op whose kernel is `Kernel(const Attributes&)` with `void compute(Context&) const`. */
template <class Kernel>
void registerKernel(const Definition& definition) {
  registerOp(
      definition,
      [](TF_OpKernelConstruction* construction) -> void* {
        const Attributes attributes(construction);
        auto* kernel = new Kernel(attributes);
        if (attributes.valid()) return kernel;
        delete kernel;
        return nullptr;
      },
      [](void* kernel, TF_OpKernelContext* raw) {
        Context context(raw);
        try {
          static_cast<const Kernel*>(kernel)->compute(context);
        } catch (const std::exception& problem) {
          context.fail(problem.what());
        }
      },
      [](void* kernel) { delete static_cast<Kernel*>(kernel); });
}

}  // namespace ddod
