#include "worker/parallel/flat_layout.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace enigma::parallel;

namespace {

/// No two parameters overlap, each lies in its bucket, and buckets follow each other without a gap.
void check_tiling(const FlatLayout& layout, const std::vector<FlatParameter>& parameters) {
  int64_t end = 0;
  std::vector<int> seen(parameters.size());
  for (const Bucket& bucket : layout.buckets) {
    CHECK(bucket.offset == end);
    CHECK(bucket.part % 16 == 0);
    end += layout.elements_of(bucket);
    int64_t taken = bucket.offset;
    for (const size_t p : bucket.parameters) {
      CHECK(layout.offsets[p] >= taken);
      CHECK(layout.offsets[p] % 16 == 0);
      taken = layout.offsets[p] + parameters[p].elements;
      CHECK(taken <= end);
      seen[p] += 1;
    }
  }
  CHECK(end == layout.elements);
  CHECK(seen == std::vector<int>(parameters.size(), 1));
}

const std::vector<FlatParameter> kMixed = {{100}, {64, true}, {7},         {64, true}, {640, true},
                                           {33},  {64, true}, {640, true}, {1000}};

}  // namespace

TEST_CASE("layout: every parameter once, parts of equal size, for any number of ranks") {
  for (int64_t world : {1, 2, 3, 4, 7}) {
    const FlatLayout layout = flat_layout(kMixed, world, 128);
    check_tiling(layout, kMixed);
    CHECK(layout.world == world);
  }
}

TEST_CASE("layout: one rank and one bucket pack as tightly as cache lines allow") {
  CHECK(flat_layout({{100}, {7}, {16}}, 1, 1 << 20).offsets == std::vector<int64_t>{0, 112, 128});
}

TEST_CASE("layout: a part of a bucket of matrices is one matrix, so that a rank can step it") {
  const FlatLayout layout = flat_layout(kMixed, 2, 1 << 20);
  for (const Bucket& bucket : layout.buckets) {
    if (!bucket.of_matrices) { continue; }
    for (size_t i = 0; i < bucket.parameters.size(); ++i) {
      CHECK(layout.offsets[bucket.parameters[i]] ==
            bucket.offset + static_cast<int64_t>(i) * bucket.part);
    }
  }
  // 64 elements: three matrices on two ranks; 640: two.
  REQUIRE(layout.buckets.size() == 4);
  CHECK(layout.buckets[1].parameters == std::vector<size_t>{1, 3});
  CHECK(layout.buckets[2].parameters == std::vector<size_t>{6});
  CHECK(layout.buckets[3].parameters == std::vector<size_t>{4, 7});
}

TEST_CASE("layout: buckets leave as backward ends them, the one of the latest parameters first") {
  const FlatLayout layout = flat_layout(kMixed, 2, 128);
  std::vector<size_t> firsts;
  for (const size_t b : layout.order) { firsts.push_back(layout.buckets[b].parameters.front()); }
  CHECK(std::is_sorted(firsts.rbegin(), firsts.rend()));
  CHECK(firsts.size() == layout.buckets.size());
}

TEST_CASE("layout: about eight buckets, none of crumbs, none too large to overlap") {
  CHECK(bucket_elements_of({{1000}}) == 1 << 14);
  CHECK(bucket_elements_of({{int64_t{1} << 20}}) == 1 << 17);
  CHECK(bucket_elements_of({{int64_t{1} << 30}}) == 1 << 22);
}
