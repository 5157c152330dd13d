// Where the shared parameters lie in flat buffers, and which stretches of them travel together.
// Pure: the same on every rank.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace enigma::parallel {

/// Elements: every view and every part begins at a multiple, on a cache line.
inline constexpr int64_t kAlign = 16;

constexpr int64_t rounded_up(int64_t count, int64_t multiple) {
  return (count + multiple - 1) / multiple * multiple;
}

struct FlatParameter {
  int64_t elements = 0;
  bool is_matrix = false;  ///< stepped as a whole by one rank, where ranks share the work
};

/// A stretch of the buffers: `world` parts of `part` elements, one a rank.
struct Bucket {
  int64_t offset = 0, part = 0;
  bool of_matrices = false;        ///< then a part holds one matrix, or nothing
  std::vector<size_t> parameters;  ///< in their order in the buffer
};

struct FlatLayout {
  std::vector<int64_t> offsets;  ///< of each parameter
  std::vector<Bucket> buckets;  ///< one after the other: those of single elements, then of matrices
  std::vector<size_t> order;    ///< of the buckets, as backward ends them
  int64_t elements = 0;         ///< of the whole, padding included
  int64_t world = 1;

  int64_t elements_of(const Bucket& bucket) const { return bucket.part * world; }
};

/// `parameters` in the order of the forward pass. They keep it; matrices come last, those of one
/// size together. A bucket holds about `bucket_elements`: at least one parameter, and one matrix a
/// rank. Every parameter and every part begins at a multiple of kAlign.
FlatLayout flat_layout(const std::vector<FlatParameter>& parameters, int64_t world,
                       int64_t bucket_elements);

/// An eighth of all elements, at least 2^14 and at most 2^22: what is communicated early must be
/// neither the whole nor crumbs.
int64_t bucket_elements_of(const std::vector<FlatParameter>& parameters);

}  // namespace enigma::parallel
