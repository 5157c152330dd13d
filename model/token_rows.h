// Rows of chosen tokens, copied together and added back: what attention by groups moves.
// Shape legend: B windows, S tokens, H heads, f features of a head, G lists of ranges.
#pragma once

#include "model/attention_plan.h"

#include <ATen/core/Tensor.h>

namespace enigma::model {

/// x (B, S, H, f) itself where the features of a token lie side by side, else a copy that does.
at::Tensor with_whole_rows(const at::Tensor& x);

/// The tokens of each list of x (B, S, H, f) on the CPU, which has whole rows: (G·B, n, H, f),
/// block g·B + b for list g of window b. A view of x where that is one range. All lists hold n
/// tokens.
at::Tensor take_rows(const at::Tensor& x, const std::vector<TokenRanges>& lists);

/// The reverse: adds rows (G·B, n, H, f) to the tokens of a contiguous tensor (B, S, H, f).
void add_rows(const at::Tensor& rows, const std::vector<TokenRanges>& lists,
              const at::Tensor& into);

}  // namespace enigma::model
