#include "op.h"

namespace ddod {

Attributes::Attributes(TF_OpKernelConstruction* construction)
    : construction_(construction), status_(TF_NewStatus()) {}

Attributes::~Attributes() { TF_DeleteStatus(status_); }

int Attributes::integer(const char* name) const {
  int32_t value = 0;
  if (valid()) TF_OpKernelConstruction_GetAttrInt32(construction_, name, &value, status_);
  return value;
}

float Attributes::real(const char* name) const {
  float value = 0;
  if (valid()) TF_OpKernelConstruction_GetAttrFloat(construction_, name, &value, status_);
  return value;
}

bool Attributes::flag(const char* name) const {
  unsigned char value = 0;
  if (valid()) TF_OpKernelConstruction_GetAttrBool(construction_, name, &value, status_);
  return value != 0;
}

std::vector<int> Attributes::integers(const char* name, int count) const {
  std::vector<int32_t> values(count);
  if (valid()) TF_OpKernelConstruction_GetAttrInt32List(construction_, name, values.data(), count, status_);
  return values;
}

bool Attributes::valid() const {
  if (TF_GetCode(status_) == TF_OK) return true;
  TF_OpKernelConstruction_Failure(construction_, status_);
  return false;
}

int64_t Input::size() const {
  int64_t size = 1;
  for (const int64_t extent : shape) size *= extent;
  return size;
}

Context::Context(TF_OpKernelContext* context) : context_(context), status_(TF_NewStatus()) {}

Context::~Context() {
  for (TF_Tensor* tensor : tensors_) TF_DeleteTensor(tensor);
  TF_DeleteStatus(status_);
}

Input Context::input(int index, int rank) {
  TF_Tensor* tensor = nullptr;
  TF_GetInput(context_, index, &tensor, status_);
  check();
  tensors_.push_back(tensor);
  require(TF_NumDims(tensor) == rank, "an input has the wrong number of dimensions");
  Input input{static_cast<const float*>(TF_TensorData(tensor)), {}};
  for (int i = 0; i < rank; ++i) input.shape.push_back(TF_Dim(tensor, i));
  return input;
}

float* Context::output(int index, const Shape& shape) {
  int64_t size = 1;
  for (const int64_t extent : shape) size *= extent;
  TF_Tensor* tensor = TF_AllocateOutput(context_, index, TF_FLOAT, shape.data(), static_cast<int>(shape.size()),
                                        size * sizeof(float), status_);
  check();
  tensors_.push_back(tensor);
  return static_cast<float*>(TF_TensorData(tensor));
}

void Context::fail(const char* message) {
  TF_SetStatus(status_, TF_INVALID_ARGUMENT, message);
  TF_OpKernelContext_Failure(context_, status_);
}

void Context::check() const {
  if (TF_GetCode(status_) != TF_OK) throw std::runtime_error(TF_Message(status_));
}

void registerOp(const Definition& definition, Create create, Compute compute, Destroy destroy) {
  TF_OpDefinitionBuilder* op = TF_NewOpDefinitionBuilder(definition.name);
  for (const char* spec : definition.attributes) TF_OpDefinitionBuilderAddAttr(op, spec);
  for (const char* spec : definition.inputs) TF_OpDefinitionBuilderAddInput(op, spec);
  for (const char* spec : definition.outputs) TF_OpDefinitionBuilderAddOutput(op, spec);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(op, [](TF_ShapeInferenceContext* context, TF_Status* status) {
    TF_ShapeInferenceContextSetUnknownShape(context, status);
  });
  TF_Status* status = TF_NewStatus();
  TF_RegisterOpDefinition(op, status);
  if (TF_GetCode(status) == TF_OK) {
    TF_KernelBuilder* kernel = TF_NewKernelBuilder(definition.name, "CPU", create, compute, destroy);
    TF_RegisterKernelBuilder(definition.name, kernel, status);
  }
  const std::string message = TF_GetCode(status) == TF_OK ? "" : TF_Message(status);
  TF_DeleteStatus(status);
  if (!message.empty()) throw std::runtime_error(message);
}

}  // namespace ddod
