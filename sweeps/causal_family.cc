#include "sweeps/causal_family.h"

#include "recordings/format/digest.h"
#include "sweeps/spec_place.h"
#include "tokens/shard.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace enigma::sweeps {
namespace {

using recordings::Manifest;
using recordings::SessionInfo;

constexpr const char* kSequence = "train.sequence_tokens";
constexpr const char* kKeyHeads = "model.key_value_heads";
constexpr const char* kHidden = "model.hidden";
constexpr const char* kActivation = "model.activation";
constexpr const char* kNorm = "model.query_key_norm";
constexpr const char* kHead = "model.head";
constexpr const char* kParametrization = "train.parametrization";
constexpr const char* kBaseWidth = "train.mup_base_width";
constexpr int64_t kSequenceDefault = 256;

SessionInfo inspect_shard(const std::filesystem::path& path, recordings::DigestCache& cache) {
  SessionInfo info;
  info.name = path.stem().string();
  info.path = path;
  auto shard = tokens::Shard::open(path);
  info.problems = std::move(shard.diagnostics);
  if (!shard.ok()) { return info; }
  const tokens::ShardInfo& known = shard.value->info();
  info.tokens = {known.tokens, known.vocabulary, known.entropy_nats};
  info.digest = cache.sha256_of(path);
  return info;
}

/// What `data` of a spec says of recordings and means nothing for tokens.
std::vector<Diagnostic> check_data_block(const Spec& spec) {
  std::vector<Diagnostic> diagnostics;
  const DataBlock& data = spec.data;
  const std::vector<std::pair<const char*, bool>> given = {
      {"rate_hz", data.rate_hz.has_value()},
      {"window_samples", data.window_samples.has_value()},
      {"align", data.align.has_value()},
      {"modalities", !data.modalities.empty()}};
  for (const auto& [key, is_given] : given) {
    if (!is_given) { continue; }
    diagnostics.push_back(diagnostic_at(spec, child_pointer("/data", key),
                                        "tokens have no '" + std::string(key) + "'",
                                        "'path' alone for the family 'causal'", "given"));
  }
  return diagnostics;
}

/// The sets that points train on, and the one that they are scored on.
std::set<std::string> used_sets(const Spec& spec) {
  std::set<std::string> names = {spec.evaluation_sessions};
  for (const std::string& name : training_sets(spec)) { names.insert(name); }
  return names;
}

std::vector<Diagnostic> check_shards(const Spec& spec, const SessionSets& sets,
                                     const Manifest& manifest) {
  std::vector<Diagnostic> diagnostics;
  std::set<size_t> used;
  for (const std::string& name : used_sets(spec)) {
    used.insert(sets.at(name).begin(), sets.at(name).end());
  }
  int64_t vocabulary = 0;
  for (const size_t i : used) {
    const SessionInfo& shard = manifest.sessions[i];
    diagnostics.insert(diagnostics.end(), shard.problems.begin(), shard.problems.end());
    if (!shard.tokens) { continue; }
    if (vocabulary == 0) { vocabulary = shard.tokens->vocabulary; }
    if (shard.tokens->vocabulary == vocabulary) { continue; }
    diagnostics.push_back({.file = shard.path.string(),
                           .message = "shards of one sweep have one vocabulary",
                           .expected = std::to_string(vocabulary),
                           .found = std::to_string(shard.tokens->vocabulary)});
  }
  return diagnostics;
}

/// A loss on what was trained on would say nothing of text.
std::vector<Diagnostic> check_held_out(const Spec& spec, const SessionSets& sets,
                                       const Manifest& manifest) {
  std::vector<Diagnostic> diagnostics;
  for (const std::string& name : training_sets(spec)) {
    for (const size_t shard : sets.at(spec.evaluation_sessions)) {
      const auto& training = sets.at(name);
      if (!std::binary_search(training.begin(), training.end(), shard)) { continue; }
      diagnostics.push_back(diagnostic_at(
          spec, child_pointer("/session_sets", name),
          "a training set with the held-out shard '" + manifest.sessions[shard].name + "'",
          "no shard of '" + spec.evaluation_sessions + "'", "both hold it"));
    }
  }
  return diagnostics;
}

bool is_mup(const Point& point) {
  return own_word_of(point, kParametrization, "standard") == "mup";
}

int64_t base_width(const Point& point) {
  return is_mup(point) ? own_integer(point, kBaseWidth, 0) : 0;
}

int64_t head_width(const Point& point, int64_t vocabulary) {
  return model::causal_shape_of(point.size, {.vocabulary = vocabulary}).head_width;
}

/// A base width is needed; and learning rates carry over between widths whose heads are as wide as
/// each other, since attention is scaled by their width's root.
std::vector<Diagnostic> check_parametrizations(const Spec& spec,
                                               const std::vector<SweepPoint>& points) {
  std::vector<Diagnostic> diagnostics;
  std::set<int64_t> head_widths;
  for (const SweepPoint& point : points) {
    if (!is_mup(point.point)) { continue; }
    if (const auto why = check_parametrization(point.point)) {
      diagnostics.push_back(diagnostic_at(spec, place_of(spec, point.values, kParametrization),
                                          *why, std::string("a value of '") + kBaseWidth + "'",
                                          "none"));
      return diagnostics;
    }
    head_widths.insert(head_width(point.point, 1));
  }
  if (head_widths.size() < 2) { return diagnostics; }
  diagnostics.push_back(diagnostic_at(
      spec, place_of(spec, points.front().values, "model.size"),
      "heads of different widths: under mup learning rates carry over where heads keep theirs",
      "as many more heads as the width grows",
      fmt::format("heads of width {} to {}", *head_widths.begin(), *head_widths.rbegin()),
      Severity::warning));
  return diagnostics;
}

void append(std::vector<Diagnostic>& all, std::vector<Diagnostic> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

class CausalFamily : public Family {
 public:
  const char* name() const override { return "causal"; }

  std::vector<Setting> settings() const override {
    const auto row = [](const char* path, const char* sentence, ValueRule rule) {
      return Setting{path, sentence, false, Role::identity, std::move(rule)};
    };
    return {
        row(kActivation, "of the feed-forward layers: gated, or squared ReLU without a gate",
            own_word(kActivation, {"swiglu", "squared_relu"})),
        row(kHead, "the embedding table is the head, too, or the head has a table of its own",
            own_word(kHead, {"tied", "untied"})),
        row(kHidden, "width of the feed-forward layers; 0: 8/3 of the width, without a gate 4",
            own_whole_number(kHidden, 0, 0, 1 << 20)),
        row(kKeyHeads, "heads of keys and values; 0: as many as heads",
            own_whole_number(kKeyHeads, 0, 0, 1024)),
        row(kNorm, "whether queries and keys are normalised per head",
            own_word(kNorm, {"none", "rms"})),
        row(kBaseWidth,
            "of the parametrization mup: the width whose learning rates are known, and at which "
            "both parametrizations are the same model",
            own_whole_number(kBaseWidth, 0, 0, 1 << 16)),
        row(kParametrization,
            "how a model changes with its width: as it is, or by the maximal update "
            "parametrization, whose learning rates carry over: those of matrices within layers "
            "(AdamW's; Muon scales by itself) and logits by base width / width, embeddings begin "
            "as at the base width",
            own_word(kParametrization, {"standard", "mup"})),
        row(kSequence, "tokens that a window predicts",
            own_whole_number(kSequence, kSequenceDefault, 1, 1 << 20))};
  }
  const std::vector<std::string>& size_names() const override { return model::causal_size_names(); }
  std::optional<std::string> check_size(const model::ModelSize& size) const override {
    return model::check_causal_size(size);
  }
  model::ModelSize spelled_out(const model::ModelSize& size) const override {
    const model::CausalShape shape = model::causal_shape_of(size, {});
    return {size.name, shape.width, shape.layers, shape.heads};
  }
  void settle(Point& point) const override {
    if (!is_mup(point)) { point.own.erase(kBaseWidth); }  // which means nothing there
  }
  const std::vector<std::string>& strategy_names() const override {
    static const std::vector<std::string> names = {"next_token"};
    return names;
  }

  Manifest inspect(const Spec&, const std::filesystem::path& data,
                   const std::filesystem::path& cache) const override {
    Manifest manifest{data, {}};
    recordings::DigestCache digests(cache);
    for (const auto& path : tokens::shard_files(data)) {
      manifest.sessions.push_back(inspect_shard(path, digests));
    }
    digests.save();
    return manifest;
  }

  recordings::WindowRule rule_of(const Spec&, const Manifest&) const override { return {}; }

  std::vector<Diagnostic> check_sets(const Spec& spec, const SessionSets& sets,
                                     const Manifest& manifest) const override {
    std::vector<Diagnostic> diagnostics = check_data_block(spec);
    append(diagnostics, check_shards(spec, sets, manifest));
    append(diagnostics, check_held_out(spec, sets, manifest));
    return diagnostics;
  }

  std::vector<Diagnostic> check_points(const Spec& spec, const SessionSets& sets,
                                       const Manifest& manifest,
                                       const std::vector<SweepPoint>& points) const override {
    std::vector<Diagnostic> diagnostics;
    int64_t longest = 0;
    for (const SweepPoint& point : points) {
      longest = std::max(longest, sequence_tokens(point.point));
    }
    append(diagnostics, check_parametrizations(spec, points));
    for (const std::string& name : used_sets(spec)) {
      int64_t sequences = 0;
      for (const size_t i : sets.at(name)) {
        sequences += sequences_in(manifest.sessions[i].tokens->count, longest);
      }
      if (sequences > 0) { continue; }
      diagnostics.push_back(diagnostic_at(
          spec, child_pointer("/session_sets", name), "the set holds no whole sequence",
          fmt::format("a shard of at least {} tokens", longest + 1), "shorter ones"));
    }
    return diagnostics;
  }

  Parsed<TrainingCost> cost(const Spec& spec, const SweepPoint& sweep_point,
                            const std::vector<SessionInfo>& shards) const override {
    const Point& point = sweep_point.point;
    const auto options = causal_options_of(point, shards.front().tokens->vocabulary);
    if (const auto why = model::check_causal(point.size, options)) {
      return {std::nullopt,
              {diagnostic_at(spec, place_of(spec, sweep_point.values, "model.size"), *why,
                             "a model that can be built", "this size")}};
    }
    const model::CausalShape shape = model::causal_shape_of(point.size, options);
    const int64_t length = sequence_tokens(point);
    TrainingCost cost{.flops_per_window = model::count_flops(shape, length).training()};
    cost.params = model::count_parameters(shape);
    cost.state_bytes = model::state_bytes(cost.params);
    cost.activation_bytes = model::activation_bytes(shape, point.windows_per_lane, length);
    cost.irreducible_loss = shards.front().tokens->entropy_nats;
    for (const SessionInfo& shard : shards) {
      cost.windows_unique += sequences_in(shard.tokens->count, length);
      if (shard.tokens->entropy_nats != cost.irreducible_loss) { cost.irreducible_loss.reset(); }
    }
    return {std::move(cost), {}};
  }
};

}  // namespace

const Family& causal_family() {
  static const CausalFamily family;
  return family;
}

int64_t sequence_tokens(const Point& point) {
  return own_integer(point, kSequence, kSequenceDefault);
}

model::CausalOptions causal_options_of(const Point& point, int64_t vocabulary) {
  return {.vocabulary = vocabulary,
          .key_value_heads = own_integer(point, kKeyHeads, 0),
          .hidden = own_integer(point, kHidden, 0),
          .activation = own_word_of(point, kActivation, "swiglu") == "swiglu"
                            ? model::Activation::swiglu
                            : model::Activation::squared_relu,
          .query_key_norm = own_word_of(point, kNorm, "none") == "rms",
          .tied_head = own_word_of(point, kHead, "tied") == "tied",
          .base_width = base_width(point)};
}

std::optional<std::string> check_parametrization(const Point& point) {
  if (!is_mup(point) || base_width(point) > 0) { return std::nullopt; }
  return "mup needs the width whose learning rates are known";
}

int64_t sequences_in(int64_t tokens, int64_t sequence_tokens) {
  return std::max<int64_t>(0, (tokens - 1) / sequence_tokens);
}

}  // namespace enigma::sweeps
