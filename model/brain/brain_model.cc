#include "model/brain/brain_model.h"

#include "diagnostics/check.h"
#include "model/brain/embeddings.h"
#include "model/brain/forward_plan.h"
#include "model/brain/hiera.h"
#include "model/brain/patches.h"
#include "model/linear_map.h"
#include "model/transformer_block.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <optional>
#include <utility>

namespace enigma::model {

struct BrainModel::Parts {
  ModelShape shape;
  ParameterSet parameters;
  PlanCache plans;
  std::map<std::string, SessionTables> sessions;
  Embeddings embeddings;
  std::optional<Hiera> hiera;
  std::optional<Patches> patches;
  Linear behavior_features;
  CrossBlock encoder, decoder;
  std::vector<SelfBlock> tower;
  BlockRunner* runner = nullptr;
};

namespace {

constexpr double kSoftplusBeta = 0.1;
constexpr double kSoftplusLinear = 20;  // beyond it softplus is the identity

// One call: the tensors that several steps of the forward pass need.
struct Call {
  const Batch& batch;
  const ResolvedStrategy& strategy;
  const ForwardPlan& plan;
  Trace* trace;
  at::Tensor meta;     ///< (d)
  at::Tensor neurons;  ///< (B, n, d)

  int64_t windows() const { return batch.neuron_ids.size(0); }
};

// Channel rows + meta, for every window: (B, C, d).
at::Tensor channel_rows(const Embeddings& embeddings, const Call& call) {
  return (embeddings.behavior_channels + call.meta).expand({call.windows(), -1, -1});
}

// Response tokens of every segment, then behaviour tokens; undefined where there are none.
at::Tensor input_tokens(const Embeddings& embeddings, const Linear& behavior_features,
                        const ModelShape& shape, const Call& call) {
  std::vector<at::Tensor> parts;
  for (const Segment& segment : call.strategy.visible) {
    parts.push_back(embeddings.response_tokens(call.batch.responses, call.neurons, segment, shape));
  }
  if (!parts.empty()) { note(call.trace, "response_tokens", at::cat(parts, 1)); }
  if (call.strategy.behavior_encoded) {
    parts.push_back(behavior_features(call.batch.behavior) + channel_rows(embeddings, call));
    note(call.trace, "behavior_tokens", parts.back());  // (B, C, d)
  }
  return parts.empty() ? at::Tensor() : at::cat(parts, 1);  // (B, inputs, d)
}

at::Tensor latent_tokens(const Embeddings& embeddings, const Call& call) {
  at::Tensor shift = call.meta;
  const Absences absent = absences_of(call.strategy);
  if (absent.responses) { shift = shift + embeddings.missing[0]; }
  if (absent.video) { shift = shift + embeddings.missing[1]; }
  if (absent.behavior) { shift = shift + embeddings.missing[2]; }
  const at::Tensor rows = embeddings.latents.index_select(0, call.plan.latent_rows) + shift;
  return rows.expand({call.windows(), -1, -1});  // (B, latents, d)
}

// Neuron vectors repeated over the slots of every target, then behaviour queries: (B, Q, d).
at::Tensor query_tokens(const Embeddings& embeddings, const ModelShape& shape, const Call& call) {
  std::vector<at::Tensor> parts;
  for (const Segment& target : call.strategy.targets) {
    const int64_t slots = target.samples() / shape.response_stride;
    const at::Tensor who = call.neurons.narrow(1, target.neurons_from, target.neurons());
    parts.push_back(who.unsqueeze(1).expand({-1, slots, -1, -1}).flatten(1, 2));
  }
  if (call.strategy.behavior_reconstructed) { parts.push_back(channel_rows(embeddings, call)); }
  return at::cat(parts, 1);
}

// Cosines and sines of the latents' angles, each twice in a row, once a window: (B, L, f).
void note_rotation(Trace* trace, const at::Tensor& rotation, int64_t windows) {
  if (!trace) { return; }
  const at::Tensor parts = at::view_as_real(rotation).squeeze(1);  // (L, f/2, 2)
  const auto part = [&](int64_t which) {
    return parts.select(2, which).repeat_interleave(2, 1).expand({windows, -1, -1});
  };
  note(trace, "rope_latent_cos", part(0));
  note(trace, "rope_latent_sin", part(1));
}

// (B, K) values of the target elements from per-neuron values (B, n), in prediction order.
at::Tensor spread_over_targets(const at::Tensor& per_neuron, const Call& call, int64_t stride) {
  std::vector<at::Tensor> parts;
  for (const Segment& target : call.strategy.targets) {
    parts.push_back(per_neuron.narrow(1, target.neurons_from, target.neurons())
                        .unsqueeze(1)
                        .unsqueeze(3)
                        .expand({-1, target.samples() / stride, -1, stride})
                        .flatten(1));
  }
  return at::cat(parts, 1);
}

at::Tensor target_labels(const Call& call, int64_t stride) {
  std::vector<at::Tensor> parts;
  for (const Segment& target : call.strategy.targets) {
    parts.push_back(call.batch.responses.narrow(1, target.from, target.samples())
                        .narrow(2, target.neurons_from, target.neurons())
                        .unflatten(1, {-1, stride})  // (B, slots, 5, m)
                        .transpose(2, 3)             // (B, slots, m, 5)
                        .flatten(1));
  }
  return at::cat(parts, 1);  // (B, K)
}

Output read_out(const Embeddings& embeddings, const SessionTables& tables, const ModelShape& shape,
                const Call& call, const at::Tensor& decoded) {
  Output output;
  int64_t queries = decoded.size(1);
  if (call.strategy.behavior_reconstructed) {
    const int64_t channels = shape.window.behavior->channels;
    queries -= channels;
    const at::Tensor h = decoded.narrow(1, queries, channels);  // (B, C, d)
    output.behavior_predictions =
        at::matmul(embeddings.behavior_readout, h.unsqueeze(-1)).squeeze(-1);  // (B, C, samples)
    output.behavior_labels = call.batch.behavior;
  }
  if (call.strategy.targets.empty()) { return output; }
  const int64_t stride = shape.response_stride;
  const at::Tensor bias = at::embedding(tables.biases, call.batch.neuron_ids).squeeze(-1);
  const at::Tensor logits =
      linear_map(decoded.narrow(1, 0, queries), embeddings.response_readout).flatten(1) +
      spread_over_targets(bias, call, stride);  // (B, K)
  note(call.trace, "response_logits", logits.unflatten(1, {-1, stride}));
  output.predictions = at::softplus(logits, kSoftplusBeta, kSoftplusLinear);
  output.labels = target_labels(call, stride);
  output.neuron_ids = spread_over_targets(call.batch.neuron_ids, call, stride);
  output.positions = call.plan.positions;
  return output;
}

void check_batch(const Batch& batch, const ModelShape& shape, const ResolvedStrategy& strategy) {
  ENIGMA_CHECK(batch.responses.dim() == 3 && batch.responses.size(1) == shape.window.samples,
               "responses are (B, W, n)");
  ENIGMA_CHECK(batch.neuron_ids.dim() == 2 && batch.neuron_ids.size(1) == batch.responses.size(2),
               "neuron_ids are (B, n)");
  ENIGMA_CHECK(strategy.frames_to <= strategy.frames_from || batch.video.defined(),
               "a strategy that shows frames needs video");
  ENIGMA_CHECK(
      !(strategy.behavior_encoded || strategy.behavior_reconstructed) || batch.behavior.defined(),
      "a strategy that uses behaviour needs it");
}

std::vector<SelfBlock> make_tower(ParameterSet& parameters, const ModelShape& shape) {
  std::vector<SelfBlock> tower;
  for (int64_t i = 0; i < shape.size.layers; ++i) {
    tower.push_back(make_self_block(parameters, "proc." + std::to_string(i), shape.size.width,
                                    shape.size.heads, tower_feed_forward_width(shape)));
  }
  return tower;
}

}  // namespace

BrainModel::BrainModel(const ModelShape& shape, const std::vector<SessionSpec>& sessions,
                       const std::vector<std::string>& animals, uint64_t seed,
                       at::TensorOptions tensors)
    : parts_(new Parts{.shape = shape,
                       .parameters = ParameterSet(seed, tensors),
                       .plans = PlanCache(shape, tensors)}) {
  Parts& p = *parts_;
  for (const SessionSpec& spec : sessions) {
    p.sessions.emplace(spec.name, make_session_tables(spec.name, spec.animal, spec.neurons,
                                                      shape.embedding, seed, tensors));
  }
  std::vector<std::string> rows = animals;
  for (const SessionSpec& spec : sessions) { rows.push_back(spec.animal); }
  p.embeddings = make_embeddings(p.parameters, shape, std::move(rows));
  if (shape.window.video) {
    if (shape.video_encoder == VideoEncoder::hiera) {
      p.hiera = make_hiera(p.parameters, "hiera", shape);
    } else {
      p.patches = make_patches(p.parameters, "patches", shape);
    }
  }
  const int64_t d = shape.size.width;
  if (const auto& behavior = shape.window.behavior) {
    p.behavior_features = make_linear(p.parameters, "behavior_featx", behavior->samples, d,
                                      spread(behavior->samples));
  }
  p.encoder =
      make_cross_block(p.parameters, "enc", d, shape.size.heads, tower_feed_forward_width(shape));
  p.tower = make_tower(p.parameters, shape);
  p.decoder = make_cross_block(p.parameters, "decs.0", d, shape.size.heads,
                               decoder_feed_forward_width(shape));
}

BrainModel::~BrainModel() = default;

Output BrainModel::forward(const Batch& batch, const ResolvedStrategy& strategy, Trace* trace) {
  Parts& p = *parts_;
  check_batch(batch, p.shape, strategy);
  const auto found = p.sessions.find(batch.session);
  ENIGMA_CHECK(found != p.sessions.end(), "the batch's session is not held here");
  const SessionTables& tables = found->second;
  const std::shared_ptr<const ForwardPlan> plan = p.plans.get(strategy);
  Call call{batch, strategy, *plan, trace, p.embeddings.meta(tables), {}};
  call.neurons = p.embeddings.neurons(tables, batch.neuron_ids, call.meta);
  note(trace, "meta", call.meta);

  at::Tensor hidden = latent_tokens(p.embeddings, call);  // (B, latents, d)
  note(trace, "latents_in", hidden);
  const at::Tensor inputs = input_tokens(p.embeddings, p.behavior_features, p.shape, call);
  if (inputs.defined()) {
    hidden = run_block(p.runner, 0, {hidden, inputs}, [&p, plan](const auto& in) {
      return p.encoder(in[0], in[1], plan->latent_rotation, plan->input_rotation, plan->encoder);
    });
  }
  note(trace, "latents_after_encoder", hidden);
  note_rotation(trace, plan->latent_rotation, call.windows());

  if (!plan->layout.video.empty()) {
    const at::Tensor video =
        p.hiera ? (*p.hiera)(batch.video, plan->video_steps, batch.kept_branches, trace)
                : (*p.patches)(batch.video, plan->video_steps);
    note(trace, "video_tokens", video);
    hidden = at::cat({hidden, video}, 1);  // (B, latents + video, d)
  }
  for (size_t i = 0; i < p.tower.size(); ++i) {
    hidden = run_block(p.runner, i + 1, {hidden}, [&p, plan, i](const auto& in) {
      const bool local = is_local_layer(p.shape, static_cast<int64_t>(i));
      return p.tower[i](in[0], plan->hidden_rotation, local ? plan->tower : nullptr);
    });
    note(trace, "hidden_after_layer_" + std::to_string(i), hidden);
  }
  const at::Tensor queries = query_tokens(p.embeddings, p.shape, call);  // (B, Q, d)
  note(trace, "queries", queries);
  const at::Tensor decoded =
      run_block(p.runner, p.tower.size() + 1, {queries, hidden}, [&p, plan](const auto& in) {
        return p.decoder(in[0], in[1], plan->query_rotation, plan->hidden_rotation, plan->decoder);
      });
  note(trace, "decoder_out", decoded);
  return read_out(p.embeddings, tables, p.shape, call, decoded);
}

std::vector<NamedTensor> BrainModel::shared_parameters() const {
  return parts_->parameters.list();
}

std::vector<NamedTensor> BrainModel::session_parameters(const std::string& session) const {
  const auto found = parts_->sessions.find(session);
  ENIGMA_CHECK(found != parts_->sessions.end(), "the session is not held here");
  return found->second.parameters.list();
}

void BrainModel::set_neuron_biases(const std::string& session, const at::Tensor& biases) {
  const auto found = parts_->sessions.find(session);
  ENIGMA_CHECK(found != parts_->sessions.end(), "the session is not held here");
  const c10::NoGradGuard no_grad;
  found->second.biases.copy_(biases.view({-1, 1}));
}

const ModelShape& BrainModel::shape() const {
  return parts_->shape;
}

std::vector<std::string> BrainModel::blocks() const {
  std::vector<std::string> blocks = {"enc."};
  for (size_t i = 0; i < parts_->tower.size(); ++i) {
    blocks.push_back("proc." + std::to_string(i) + ".");
  }
  blocks.emplace_back("decs.");
  return blocks;
}

void BrainModel::run_blocks_by(BlockRunner* runner) {
  parts_->runner = runner;
}

at::TensorOptions BrainModel::tensors() const {
  return parts_->embeddings.latents.options().requires_grad(std::nullopt);
}

Batch on(at::TensorOptions tensors, const Batch& batch) {
  Batch moved = batch;
  for (at::Tensor* tensor :
       {&moved.responses, &moved.neuron_ids, &moved.video, &moved.behavior, &moved.kept_branches}) {
    if (!tensor->defined()) { continue; }
    *tensor = tensor->is_floating_point() ? tensor->to(tensors) : tensor->to(tensors.device());
  }
  return moved;
}

Batch windows_of(const Batch& batch, int64_t first, int64_t count) {
  Batch some = batch;
  for (at::Tensor* tensor : {&some.responses, &some.neuron_ids, &some.video, &some.behavior}) {
    if (tensor->defined()) { *tensor = tensor->narrow(0, first, count); }
  }
  if (some.kept_branches.defined()) {
    some.kept_branches = some.kept_branches.narrow(1, first, count);
  }
  return some;
}

at::Tensor draw_kept_branches(const ModelShape& shape, int64_t windows, at::Generator& generator) {
  if (!shape.window.video || shape.video_encoder != VideoEncoder::hiera) { return {}; }
  std::vector<at::Tensor> rows;
  for (const HieraBlock& block : hiera_blocks(shape)) {
    for (int branch = 0; branch < 2 && block.drop_rate > 0; ++branch) {
      rows.push_back(at::empty({windows}, at::kFloat).bernoulli_(1 - block.drop_rate, generator));
    }
  }
  return rows.empty() ? at::Tensor() : at::stack(rows);  // (branches, B)
}

}  // namespace enigma::model
