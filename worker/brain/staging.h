// Memory that batches are read into, used again and again: fresh memory would cost a page fault
// for every 4 KiB of every batch, which takes longer than filling it.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace enigma::worker {

/// Belongs to one reading thread; what it gives may go to, and end in, any other. Buffers are
/// page-locked where the process has a CUDA device.
class Staging {
 public:
  /// One buffer of `bytes`, to be cut into tensors by cut(). It is used again once the last tensor
  /// over it is gone: a consumer that copies asynchronously keeps one until the copy is done.
  at::Tensor take(int64_t bytes);

  /// Buffers held, in use or free. Free ones that are too small are dropped when a larger one is
  /// asked for, so that there are never more than were in use at once, plus one.
  size_t buffers() const { return buffers_.size(); }

 private:
  std::vector<at::Tensor> buffers_;
};

/// Cuts tensors off a buffer, one after the other, each at a multiple of 64 bytes.
class Cutter {
 public:
  explicit Cutter(at::Tensor buffer) : buffer_(std::move(buffer)) {}
  at::Tensor cut(at::IntArrayRef sizes, at::ScalarType type);
  /// What a tensor takes of a buffer.
  static int64_t bytes_of(at::IntArrayRef sizes, at::ScalarType type);

 private:
  at::Tensor buffer_;
  int64_t used_ = 0;
};

}  // namespace enigma::worker
