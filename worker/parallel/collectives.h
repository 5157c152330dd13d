// What the ranks of a run do together: sums, sums in parts, and parts brought together. Every rank
// starts the same ones in the same order. What is a mean is a sum and a scale of the caller's.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace enigma::parallel {

/// A peer is gone, or silent beyond the deadline. What was started is of no use any more.
class PeerLost : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A collective that was started. Its tensors belong to it until it is done.
class Pending {
 public:
  virtual ~Pending() = default;
  /// Returns when it is done here. Throws PeerLost.
  virtual void wait() = 0;
};

/// Some of the ranks: `first`, `first + stride`, …
struct RankGroup {
  int64_t first = 0, stride = 1, count = 1;
};

class Collectives {
 public:
  virtual ~Collectives() = default;
  virtual int64_t rank() const = 0;
  virtual int64_t world() const = 0;

  /// `values` (contiguous) become their sum over all ranks: the same bits on each.
  virtual std::unique_ptr<Pending> all_reduce(at::Tensor values) = 0;

  /// `whole` is `world` parts of equal size: that of this rank becomes its sum over all ranks. The
  /// others are worth nothing afterwards.
  virtual std::unique_ptr<Pending> reduce_scatter(at::Tensor whole) = 0;

  /// Each part of `whole` becomes what the rank of its number has there.
  virtual std::unique_ptr<Pending> all_gather(at::Tensor whole) = 0;

  /// What the ranks of a group do together, this one among them; ranks count anew there. All ranks
  /// call it at the same time, each for its own group.
  virtual std::unique_ptr<Collectives> group(const RankGroup& group) = 0;
};

/// The part of a flat tensor that belongs to a rank: elements [rank·part, (rank + 1)·part).
at::Tensor part_of(const at::Tensor& whole, int64_t rank, int64_t world);

/// A process without peers.
std::unique_ptr<Collectives> alone();

/// Returns when every rank has come here.
void meet(Collectives& collectives);

/// Rank 0's text, on every rank.
std::string text_of_first(Collectives& collectives, const std::string& text);

/// The text of each rank, on every rank; longer ones are cut after kTextBytesMax.
inline constexpr size_t kTextBytesMax = 256;
std::vector<std::string> texts_of_all(Collectives& collectives, const std::string& text);

}  // namespace enigma::parallel
