#include "worker/parallel/collectives.h"

#include "diagnostics/check.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <cstring>

namespace enigma::parallel {
namespace {

class Done : public Pending {
 public:
  void wait() override {}
};

class Alone : public Collectives {
 public:
  int64_t rank() const override { return 0; }
  int64_t world() const override { return 1; }
  std::unique_ptr<Pending> all_reduce(at::Tensor) override { return std::make_unique<Done>(); }
  std::unique_ptr<Pending> reduce_scatter(at::Tensor) override { return std::make_unique<Done>(); }
  std::unique_ptr<Pending> all_gather(at::Tensor) override { return std::make_unique<Done>(); }
  std::unique_ptr<Collectives> group(const RankGroup&) override { return alone(); }
};

}  // namespace

at::Tensor part_of(const at::Tensor& whole, int64_t rank, int64_t world) {
  ENIGMA_CHECK(whole.numel() % world == 0, "a tensor in parts has a multiple of the world");
  const int64_t part = whole.numel() / world;
  return whole.narrow(0, rank * part, part);
}

std::unique_ptr<Collectives> alone() {
  return std::make_unique<Alone>();
}

void meet(Collectives& collectives) {
  collectives.all_reduce(at::zeros({1}))->wait();
}

std::string text_of_first(Collectives& collectives, const std::string& text) {
  const bool is_first = collectives.rank() == 0;
  at::Tensor size = at::full({1}, is_first ? static_cast<int64_t>(text.size()) : 0, at::kLong);
  collectives.all_reduce(size)->wait();
  at::Tensor bytes = at::zeros({size.item<int64_t>()}, at::kByte);
  if (is_first) { std::memcpy(bytes.data_ptr<uint8_t>(), text.data(), text.size()); }
  if (bytes.numel() > 0) { collectives.all_reduce(bytes)->wait(); }
  return {reinterpret_cast<const char*>(bytes.data_ptr<uint8_t>()),
          static_cast<size_t>(bytes.numel())};
}

std::vector<std::string> texts_of_all(Collectives& collectives, const std::string& text) {
  const int64_t world = collectives.world();
  at::Tensor rows = at::zeros({world, static_cast<int64_t>(kTextBytesMax)}, at::kByte);
  std::memcpy(rows[collectives.rank()].data_ptr<uint8_t>(), text.data(),
              std::min(text.size(), kTextBytesMax));
  collectives.all_reduce(rows)->wait();
  std::vector<std::string> texts;
  for (int64_t rank = 0; rank < world; ++rank) {
    const auto* row = reinterpret_cast<const char*>(rows[rank].const_data_ptr<uint8_t>());
    texts.emplace_back(row, ::strnlen(row, kTextBytesMax));
  }
  return texts;
}

}  // namespace enigma::parallel
