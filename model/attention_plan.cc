#include "model/attention_plan.h"

#include <algorithm>

namespace enigma::model {
namespace {

constexpr int64_t kBatchElements = int64_t{1} << 16;  // keys of a batch: 256 KiB of float32

TokenRanges visible_keys(const TokenGroup& query, const std::vector<TokenGroup>& keys) {
  TokenRanges visible;
  int64_t from = 0;
  for (const TokenGroup& key : keys) {
    const TokenRange range{from, from + key.count};
    from = range.to;
    if (range.count() == 0 || !overlaps(query, key)) { continue; }
    if (!visible.empty() && visible.back().to == range.from) {
      visible.back().to = range.to;
    } else {
      visible.push_back(range);
    }
  }
  return visible;
}

std::vector<AttentionGroup> groups_of(const std::vector<TokenGroup>& queries,
                                      const std::vector<TokenGroup>& keys) {
  std::vector<AttentionGroup> groups;
  int64_t from = 0;
  for (const TokenGroup& query : queries) {
    const TokenRange range{from, from + query.count};
    from = range.to;
    TokenRanges visible = visible_keys(query, keys);
    if (range.count() == 0 || visible.empty()) { continue; }
    if (!groups.empty() && groups.back().queries.to == range.from &&
        groups.back().keys == visible) {
      groups.back().queries.to = range.to;
    } else {
      groups.push_back({range, std::move(visible)});
    }
  }
  return groups;
}

bool takes(const AttentionBatch& batch, const AttentionGroup& group, int64_t width) {
  const int64_t keys = token_count(group.keys);
  return token_count(batch.queries[0]) == group.queries.count() &&
         token_count(batch.keys[0]) == keys &&
         static_cast<int64_t>(batch.keys.size() + 1) * keys * width <= kBatchElements;
}

std::vector<AttentionBatch> batches_of(const std::vector<AttentionGroup>& groups, int64_t width) {
  std::vector<AttentionBatch> batches;
  for (const AttentionGroup& group : groups) {
    const auto found =
        std::find_if(batches.begin(), batches.end(),
                     [&](const AttentionBatch& batch) { return takes(batch, group, width); });
    AttentionBatch& batch = found == batches.end() ? batches.emplace_back() : *found;
    batch.queries.push_back({group.queries});
    batch.keys.push_back(group.keys);
  }
  return batches;
}

bool sees_all(const AttentionPlan& plan) {
  return plan.groups.size() == 1 && plan.groups[0].queries == TokenRange{0, plan.queries} &&
         plan.groups[0].keys == TokenRanges{{0, plan.keys}};
}

}  // namespace

int64_t token_count(const TokenRanges& ranges) {
  int64_t count = 0;
  for (const TokenRange& range : ranges) { count += range.count(); }
  return count;
}

std::shared_ptr<const AttentionPlan> attention_plan(const std::vector<TokenGroup>& queries,
                                                    const std::vector<TokenGroup>& keys,
                                                    int64_t width) {
  auto plan = std::make_shared<AttentionPlan>();
  plan->queries = token_count(queries), plan->keys = token_count(keys);
  plan->groups = groups_of(queries, keys);
  if (sees_all(*plan)) { return nullptr; }
  plan->batches = batches_of(plan->groups, width);
  return plan;
}

}  // namespace enigma::model
