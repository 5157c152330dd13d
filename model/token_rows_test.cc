#include "model/token_rows.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

using namespace enigma::model;

namespace {

const std::vector<TokenRanges> kLists = {{{0, 2}, {4, 5}}, {{1, 4}}};

at::Tensor numbers(at::IntArrayRef sizes) {
  return at::arange(c10::multiply_integers(sizes), at::kFloat).view(sizes);
}

}  // namespace

TEST_CASE("token rows: the tokens of each list and window are a block") {
  const at::Tensor whole = numbers({2, 6, 3, 2, 4});  // (B, S, 3, H, f)
  for (const at::Tensor& x : {whole.select(2, 1), whole.select(2, 1).contiguous()}) {
    const at::Tensor rows = take_rows(x, kLists);
    REQUIRE((rows.sizes() == at::IntArrayRef({4, 3, 2, 4})));
    for (int64_t window = 0; window < 2; ++window) {
      const at::Tensor tokens = x[window];
      CHECK(at::equal(rows[window], at::stack({tokens[0], tokens[1], tokens[4]})));
      CHECK(at::equal(rows[2 + window], tokens.narrow(0, 1, 3)));
    }
  }
}

TEST_CASE("token rows: one range is a view") {
  const at::Tensor x = numbers({2, 6, 2, 4});
  CHECK(take_rows(x, {{{1, 4}}}).is_alias_of(x));
}

TEST_CASE("token rows: added back, a token has what each list that names it gave") {
  const at::Tensor rows = numbers({4, 3, 2, 4});
  const at::Tensor into = at::ones({2, 6, 2, 4});
  add_rows(rows, kLists, into);
  for (int64_t window = 0; window < 2; ++window) {
    const at::Tensor first = rows[window], second = rows[2 + window], got = into[window];
    CHECK(at::equal(got[0], 1 + first[0]));
    CHECK(at::equal(got[1], 1 + first[1] + second[0]));
    CHECK(at::equal(got[4], 1 + first[2]));
    CHECK(at::equal(got[5], at::ones({2, 4})));
  }
}

TEST_CASE("token rows: what does not lie side by side is copied") {
  const at::Tensor x = numbers({2, 6, 2, 4});
  CHECK(with_whole_rows(x).is_alias_of(x));
  const at::Tensor turned = x.transpose(2, 3);
  CHECK(!with_whole_rows(turned).is_alias_of(turned));
}
