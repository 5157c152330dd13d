#include "worker/parallel/flat_layout.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

namespace enigma::parallel {
namespace {

constexpr int64_t kBucketMin = int64_t{1} << 14, kBucketMax = int64_t{1} << 22;
constexpr int64_t kBucketsWanted = 8;

class Packing {
 public:
  Packing(const std::vector<FlatParameter>& parameters, int64_t world)
      : parameters_(parameters), layout_{.offsets = std::vector<int64_t>(parameters.size())} {
    layout_.world = world;
  }

  void pack_elements(int64_t bucket_elements) {
    Bucket bucket;
    for (size_t p = 0; p < parameters_.size(); ++p) {
      if (parameters_[p].is_matrix) { continue; }
      place(bucket, p, layout_.elements);
      if (layout_.elements - bucket.offset >= bucket_elements) { close(bucket); }
    }
    if (!bucket.parameters.empty()) { close(bucket); }
  }

  void pack_matrices() {
    std::map<int64_t, std::vector<size_t>> by_size;
    for (size_t p = 0; p < parameters_.size(); ++p) {
      if (parameters_[p].is_matrix) { by_size[parameters_[p].elements].push_back(p); }
    }
    for (const auto& [elements, same] : by_size) { pack_same(rounded_up(elements, kAlign), same); }
  }

  // Backward lands the last parameter first, and ends a bucket with its first.
  FlatLayout take() {
    layout_.order.resize(layout_.buckets.size());
    std::iota(layout_.order.begin(), layout_.order.end(), size_t{0});
    std::stable_sort(layout_.order.begin(), layout_.order.end(), [&](size_t a, size_t b) {
      return layout_.buckets[a].parameters.front() > layout_.buckets[b].parameters.front();
    });
    return std::move(layout_);
  }

 private:
  void place(Bucket& bucket, size_t parameter, int64_t offset) {
    layout_.offsets[parameter] = offset;
    bucket.parameters.push_back(parameter);
    layout_.elements = offset + rounded_up(parameters_[parameter].elements, kAlign);
  }

  void close(Bucket& bucket) {
    const int64_t whole = rounded_up(layout_.elements - bucket.offset, kAlign * layout_.world);
    bucket.part = whole / layout_.world;
    layout_.elements = bucket.offset + whole;
    layout_.buckets.push_back(std::move(bucket));
    bucket = {.offset = layout_.elements};
  }

  void pack_same(int64_t part, const std::vector<size_t>& same) {
    const auto world = static_cast<size_t>(layout_.world);
    for (size_t first = 0; first < same.size(); first += world) {
      Bucket bucket{.offset = layout_.elements, .part = part, .of_matrices = true};
      for (size_t i = first; i < std::min(first + world, same.size()); ++i) {
        place(bucket, same[i], layout_.elements);
      }
      layout_.elements = bucket.offset + part * layout_.world;
      layout_.buckets.push_back(std::move(bucket));
    }
  }

  const std::vector<FlatParameter>& parameters_;
  FlatLayout layout_;
};

}  // namespace

FlatLayout flat_layout(const std::vector<FlatParameter>& parameters, int64_t world,
                       int64_t bucket_elements) {
  Packing packing(parameters, world);
  packing.pack_elements(bucket_elements);
  packing.pack_matrices();
  return packing.take();
}

int64_t bucket_elements_of(const std::vector<FlatParameter>& parameters) {
  int64_t elements = 0;
  for (const FlatParameter& parameter : parameters) { elements += parameter.elements; }
  return std::clamp(elements / kBucketsWanted, kBucketMin, kBucketMax);
}

}  // namespace enigma::parallel
