#include "model/attention_plan.h"

#include <doctest/doctest.h>

using namespace enigma::model;

namespace {

constexpr int64_t kWidth = 4;

// Whether query i sees key j, of every pair, row by row: by the plan, and by the intervals.
std::vector<bool> pairs_of(const AttentionPlan& plan) {
  std::vector<bool> pairs(static_cast<size_t>(plan.queries * plan.keys), false);
  for (const AttentionGroup& group : plan.groups) {
    for (int64_t i = group.queries.from; i < group.queries.to; ++i) {
      for (const TokenRange& range : group.keys) {
        for (int64_t j = range.from; j < range.to; ++j) {
          pairs[static_cast<size_t>(i * plan.keys + j)] = true;
        }
      }
    }
  }
  return pairs;
}

std::vector<bool> pairs_of(const std::vector<TokenGroup>& queries,
                           const std::vector<TokenGroup>& keys) {
  std::vector<bool> pairs;
  for (const TokenGroup& query : queries) {
    for (int64_t i = 0; i < query.count; ++i) {
      for (const TokenGroup& key : keys) {
        pairs.insert(pairs.end(), static_cast<size_t>(key.count), overlaps(query, key));
      }
    }
  }
  return pairs;
}

// Latents of six windows, then global ones, then overlapping steps of video.
std::vector<TokenGroup> hidden_tokens() {
  std::vector<TokenGroup> groups;
  for (int64_t w = 0; w < 6; ++w) { groups.push_back({10 * w, 10 * w + 10, 8, 0}); }
  groups.push_back({0, 60, 16, 0});
  for (int64_t step = 0; step < 10; ++step) { groups.push_back({6 * step, 6 * step + 12, 12, 0}); }
  return groups;
}

size_t grouped(const AttentionPlan& plan) {
  size_t groups = 0;
  for (const AttentionBatch& batch : plan.batches) { groups += batch.queries.size(); }
  return groups;
}

}  // namespace

TEST_CASE("attention plan: the pairs of its groups are those whose intervals overlap") {
  const std::vector<TokenGroup> hidden = hidden_tokens();
  const std::vector<TokenGroup> queries = {{30, 40, 5, 0}, {70, 80, 2, 0}, {55, 65, 5, 0}};
  for (const auto& asking : {hidden, queries}) {
    const auto plan = attention_plan(asking, hidden, kWidth);
    REQUIRE(plan);
    CHECK((pairs_of(*plan) == pairs_of(asking, hidden)));
    CHECK(grouped(*plan) == plan->groups.size());
  }
}

TEST_CASE("attention plan: neighbours that see the same are one group, and ranges that touch one") {
  const auto plan = attention_plan({{0, 5, 2, 0}, {5, 10, 3, 0}, {10, 20, 1, 0}},
                                   {{0, 10, 4, 0}, {0, 20, 2, 0}, {10, 20, 4, 0}}, kWidth);
  REQUIRE(plan);
  REQUIRE(plan->groups.size() == 2);
  CHECK((plan->groups[0].queries == TokenRange{0, 5}));
  CHECK((plan->groups[0].keys == TokenRanges{{0, 6}}));
  CHECK((plan->groups[1].keys == TokenRanges{{4, 10}}));
}

TEST_CASE("attention plan: groups of one size are a batch until their keys are too many") {
  const std::vector<TokenGroup> windows = {{0, 10, 8, 0}, {10, 20, 8, 0}, {20, 30, 8, 0}};
  const auto small = attention_plan(windows, windows, kWidth);
  REQUIRE(small->batches.size() == 1);
  CHECK((small->batches[0].keys[2] == TokenRanges{{16, 24}}));
  CHECK(attention_plan(windows, windows, 1 << 20)->batches.size() == 3);
}

TEST_CASE(
    "attention plan: where everything is seen there is none, and what sees nothing is left out") {
  CHECK(!attention_plan({{0, 60, 3, 0}}, {{0, 10, 2, 0}, {50, 60, 1, 0}}, kWidth));
  const auto blind = attention_plan({{40, 50, 2, 0}}, {{0, 10, 2, 0}}, kWidth);
  REQUIRE(blind);
  CHECK(blind->groups.empty());
  CHECK(blind->batches.empty());
}
