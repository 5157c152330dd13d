// What attends to what, as ranges of tokens: the interval rule without a mask. Pure.
#pragma once

#include "model/brain/shape/layout.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace enigma::model {

/// Neighbouring tokens [from, to).
struct TokenRange {
  int64_t from = 0, to = 0;

  int64_t count() const { return to - from; }
  bool operator==(const TokenRange&) const = default;
};
using TokenRanges = std::vector<TokenRange>;
int64_t token_count(const TokenRanges& ranges);

/// Neighbouring queries that see the same keys.
struct AttentionGroup {
  TokenRange queries;
  TokenRanges keys;  ///< ascending, apart from each other, not empty
};

/// Groups with as many queries and as many keys as each other, computed as one batch.
struct AttentionBatch {
  std::vector<TokenRanges> queries, keys;  ///< of each group
};

struct AttentionPlan {
  int64_t queries = 0, keys = 0;       ///< tokens of the two sequences
  std::vector<AttentionGroup> groups;  ///< in the order of queries; one in none sees nothing
  std::vector<AttentionBatch> batches;
};

/// The plan of the interval rule, or null where every query sees every key. Groups are batched as
/// long as the keys of a batch, `width` features each, stay in a core's cache.
std::shared_ptr<const AttentionPlan> attention_plan(const std::vector<TokenGroup>& queries,
                                                    const std::vector<TokenGroup>& keys,
                                                    int64_t width);

}  // namespace enigma::model
