#include "worker/parallel/shard_unit.h"

#include "worker/parallel/flat_layout.h"
#include "worker/parallel/flat_view.h"

#include <ATen/Functions.h>
#include <c10/core/GradMode.h>

#include <utility>

namespace enigma::parallel {
namespace {

// The graph of a pass holds views of a buffer, which see what stands there when backward comes: the
// memory goes and comes below them, the storage stays.
c10::StorageImpl& storage_of(const at::Tensor& flat) {
  return *flat.storage().unsafeGetStorageImpl();
}

bool has_memory(const at::Tensor& flat) {
  return storage_of(flat).nbytes() > 0;
}

void take_memory(const at::Tensor& flat) {
  c10::StorageImpl& storage = storage_of(flat);
  const auto bytes = static_cast<size_t>(flat.numel()) * flat.element_size();
  storage.set_data_ptr_noswap(storage.allocator()->allocate(bytes));
  storage.set_nbytes(bytes);
}

void give_memory_back(const at::Tensor& flat) {
  c10::StorageImpl& storage = storage_of(flat);
  storage.set_data_ptr_noswap(at::DataPtr(nullptr, flat.device()));
  storage.set_nbytes(0);
}

}  // namespace

ShardUnit::ShardUnit(std::vector<at::Tensor> parameters, Collectives& collectives)
    : parameters_(std::move(parameters)), collectives_(&collectives) {
  const at::NoGradGuard guard;
  int64_t elements = 0;
  for (const at::Tensor& parameter : parameters_) {
    offsets_.push_back(elements);
    elements += rounded_up(parameter.numel(), kAlign);
  }
  elements = rounded_up(elements, kAlign * collectives.world());
  const auto options = is_empty() ? at::TensorOptions(at::kFloat) : parameters_[0].options();
  values_ = at::zeros({elements}, options.requires_grad(false));
  gradients_ = at::zeros_like(values_);
  for (size_t p = 0; p < parameters_.size(); ++p) {
    at::Tensor& parameter = parameters_[p];
    const at::Tensor view = view_of(values_, offsets_[p], parameter);
    view.copy_(parameter);
    parameter.set_data(view);
    parameter.mutable_grad() = view_of(gradients_, offsets_[p], parameter);
  }
  own_values_ = part_of(values_, collectives.rank(), collectives.world()).clone();
  own_gradients_ = at::zeros_like(own_values_);
  if (is_empty()) { return; }
  give_memory_back(values_);
  give_memory_back(gradients_);
}

void ShardUnit::gather() {
  if (is_empty() || has_memory(values_)) { return; }
  const at::NoGradGuard guard;
  take_memory(values_);
  part_of(values_, collectives_->rank(), collectives_->world()).copy_(own_values_);
  gathering_ = collectives_->all_gather(values_);
}

void ShardUnit::wait_for_values() {
  if (gathering_) { gathering_->wait(); }
  gathering_.reset();
}

void ShardUnit::release_values() {
  if (is_empty() || !has_memory(values_)) { return; }
  wait_for_values();
  give_memory_back(values_);
}

void ShardUnit::expect_gradients() {
  if (is_empty() || (has_memory(gradients_) && !summing_)) { return; }
  const at::NoGradGuard guard;
  take_sum();
  take_memory(gradients_);
  gradients_.zero_();
}

void ShardUnit::start_sum() {
  if (is_empty()) { return; }
  expect_gradients();
  summing_ = collectives_->reduce_scatter(gradients_);
}

void ShardUnit::take_sum() {
  if (!summing_) { return; }
  const at::NoGradGuard guard;
  summing_->wait();
  summing_.reset();
  own_gradients_.add_(part_of(gradients_, collectives_->rank(), collectives_->world()));
  give_memory_back(gradients_);
}

}  // namespace enigma::parallel
