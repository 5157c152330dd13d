// The run that benchmarks of ranks share.
#pragma once

#include "tokens/grammar.h"
#include "tokens/shard.h"
#include "worker/run_fixture.h"

#include <cstdint>
#include <optional>
#include <span>

namespace enigma::bench {

/// A decoder of 1.6 M parameters over generated text, and a folder for its run.
struct World {
  worker::RunFolder folder;
  sweeps::PointFile file;

  World(const char* name, int64_t steps, int64_t lanes)
      : folder{name}, file{.id = "0123456789abcdef", .steps = steps} {
    const auto text = tokens::text_of({.vocabulary = 64, .order = 1, .exponent = 2}, 0, 60'000);
    const std::span<const uint32_t> all(text);
    tokens::write_shard(folder.path / "data", "train", all.first(55'000), 64, "a benchmark",
                        std::nullopt);
    tokens::write_shard(folder.path / "data", "test", all.subspan(55'000), 64, "a benchmark",
                        std::nullopt);
    file.point.family = "causal";
    file.point.size = {.width = 128, .layers = 8, .heads = 4};
    file.point.own = {{"train.sequence_tokens", 128}};
    file.point.sessions = {{"train", "b", 0, ""}};
    file.point.evaluation_sessions = {{"test", "c", 0, ""}};
    file.point.evaluation_strategies = {"next_token"};
    file.point.lanes = lanes;
    file.point.windows_per_lane = 4;
    file.point.seed = 4;
  }
};

}  // namespace enigma::bench
