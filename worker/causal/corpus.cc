#include "worker/causal/corpus.h"

#include "sweeps/causal_family.h"
#include "worker/ending.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <span>
#include <string>
#include <utility>

namespace enigma::worker {
namespace {

std::vector<tokens::Shard> open_shards(const std::vector<sweeps::SessionRef>& refs,
                                       const std::filesystem::path& data,
                                       std::vector<Diagnostic>& problems) {
  std::vector<tokens::Shard> shards;
  for (const sweeps::SessionRef& ref : refs) {
    auto shard = tokens::Shard::open(data / (ref.name + ".safetensors"));
    problems.insert(problems.end(), shard.diagnostics.begin(), shard.diagnostics.end());
    if (shard.ok()) { shards.push_back(std::move(*shard.value)); }
  }
  return shards;
}

void check(const Sequences& sequences, const char* purpose, int64_t vocabulary,
           std::vector<Diagnostic>& problems) {
  for (const tokens::Shard& shard : sequences.shards()) {
    if (shard.info().vocabulary == vocabulary) { continue; }
    problems.push_back({.file = shard.info().path.string(),
                        .message = "shards of one run have one vocabulary",
                        .expected = std::to_string(vocabulary),
                        .found = std::to_string(shard.info().vocabulary)});
  }
  if (sequences.count() > 0) { return; }
  problems.push_back({.message = std::string("no whole sequence to ") + purpose,
                      .expected = std::to_string(sequences.length() + 1) + " tokens of a shard"});
}

void refuse(const std::vector<Diagnostic>& problems) {
  if (problems.empty()) { return; }
  std::string lines;
  for (const Diagnostic& one : problems) { lines += (lines.empty() ? "" : "\n") + to_text(one); }
  throw Ending(protocol::ExitCode::bad_data, lines);
}

}  // namespace

Sequences::Sequences(std::vector<tokens::Shard> shards, int64_t length)
    : shards_(std::move(shards)), length_(length), firsts_{0} {
  for (const tokens::Shard& shard : shards_) {
    firsts_.push_back(firsts_.back() + sweeps::sequences_in(shard.info().tokens, length));
  }
}

void Sequences::read(int64_t index, std::span<int64_t> out) const {
  const auto after = std::upper_bound(firsts_.begin(), firsts_.end(), index);
  const auto shard = static_cast<size_t>(after - firsts_.begin()) - 1;
  shards_[shard].read((index - firsts_[shard]) * length_, out);
}

TokenCorpus open_tokens(const sweeps::Point& point, const std::filesystem::path& data) {
  std::vector<Diagnostic> problems;
  const int64_t length = sweeps::sequence_tokens(point);
  TokenCorpus corpus{{open_shards(point.sessions, data, problems), length},
                     {open_shards(point.evaluation_sessions, data, problems), length}};
  refuse(problems);
  corpus.vocabulary = corpus.training.shards().at(0).info().vocabulary;
  check(corpus.training, "train on", corpus.vocabulary, problems);
  check(corpus.held_out, "be scored on", corpus.vocabulary, problems);
  refuse(problems);
  return corpus;
}

at::Tensor read_sequences(const Sequences& sequences, const std::vector<int64_t>& indices) {
  const int64_t tokens = sequences.length() + 1;
  at::Tensor batch = at::empty({static_cast<int64_t>(indices.size()), tokens}, at::kLong);
  auto* row = batch.data_ptr<int64_t>();
  for (const int64_t index : indices) {
    sequences.read(index, {row, static_cast<size_t>(tokens)});
    row += tokens;
  }
  return batch;
}

}  // namespace enigma::worker
