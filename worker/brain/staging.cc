#include "worker/brain/staging.h"

#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <c10/util/accumulate.h>

#include <algorithm>

namespace enigma::worker {
namespace {

constexpr int64_t kAlign = 64;

// Every tensor over a buffer holds its storage; `buffers_` holds it once.
bool is_free(const at::Tensor& buffer) {
  return buffer.storage().use_count() == 1;
}

}  // namespace

at::Tensor Staging::take(int64_t bytes) {
  const auto fits = [&](const at::Tensor& b) { return is_free(b) && b.numel() >= bytes; };
  auto found = std::find_if(buffers_.begin(), buffers_.end(), fits);
  if (found == buffers_.end()) {
    std::erase_if(buffers_, is_free);
    const auto options = at::TensorOptions(at::kByte).pinned_memory(at::hasCUDA());
    buffers_.push_back(at::empty({std::max<int64_t>(bytes, 1)}, options));
    found = buffers_.end() - 1;
  }
  return found->narrow(0, 0, bytes);
}

int64_t Cutter::bytes_of(at::IntArrayRef sizes, at::ScalarType type) {
  const int64_t bytes =
      c10::multiply_integers(sizes) * static_cast<int64_t>(c10::elementSize(type));
  return (bytes + kAlign - 1) / kAlign * kAlign;
}

at::Tensor Cutter::cut(at::IntArrayRef sizes, at::ScalarType type) {
  const int64_t bytes =
      c10::multiply_integers(sizes) * static_cast<int64_t>(c10::elementSize(type));
  at::Tensor piece = buffer_.narrow(0, used_, bytes).view(type).view(sizes);
  used_ += bytes_of(sizes, type);
  return piece;
}

}  // namespace enigma::worker
