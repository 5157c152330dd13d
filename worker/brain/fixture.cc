#include "worker/brain/fixture.h"

#include "diagnostics/diagnostic.h"
#include "model/brain/brain_model.h"
#include "model/brain/losses.h"
#include "model/brain/shape/layout.h"
#include "worker/optimizer/replicated_optimizer.h"
#include "worker/optimizer/session_optimizer.h"

#include <ATen/Functions.h>

#include <map>
#include <optional>

namespace enigma::worker {
namespace {

using Json = nlohmann::json;

// The published rates, without warm-up.
constexpr double kSharedRate = 7e-4, kSessionRate = 3e-3;

/// Numbers of a JSON object by published name.
class Numbers {
 public:
  Numbers(const FixtureRequest& request, const Json& json, std::string place)
      : request_(request), json_(json), place_(std::move(place)) {}

  int64_t integer(const char* key) const { return value(key).get<int64_t>(); }
  double real(const char* key) const { return value(key).get<double>(); }
  bool flag(const char* key) const { return value(key).get<bool>(); }
  std::vector<int64_t> integers(const char* key) const {
    return value(key).get<std::vector<int64_t>>();
  }
  std::optional<int64_t> optional(const char* key) const {
    const Json& found = value(key);
    return found.is_null() ? std::nullopt : std::optional(found.get<int64_t>());
  }

 private:
  const Json& value(const char* key) const { return member(request_, json_, place_, key); }

  const FixtureRequest& request_;
  const Json& json_;
  std::string place_;
};

model::ModelShape shape_of(const Numbers& config, const model::Tensors& inputs) {
  model::ModelShape shape;
  shape.size = {.width = config.integer("d_model"),
                .layers = config.integer("num_self_attends_per_block"),
                .heads = config.integer("num_heads")};
  shape.window.samples = config.integer("num_samples_per_block");
  shape.window.rate_hz = config.real("num_samples_per_s");
  if (const auto video = inputs.find("in.video"); video != inputs.end()) {
    const at::IntArrayRef sizes = video->second.sizes();  // (B, channels, T, height, width)
    shape.window.video = model::VideoShape{sizes[2], sizes[1], sizes[3], sizes[4]};
  }
  shape.window.behavior = model::BehaviorShape{config.integer("behavior_channels"),
                                               config.integer("num_behavior_samples_per_block")};
  shape.embedding = config.integer("d_embedding");
  shape.response_kernel = config.integer("response_window_size_samples");
  shape.response_stride = config.integer("response_stride_samples");
  shape.latent_window = config.integer("response_latent_window_size_samples");
  shape.latents_per_window = config.integer("num_response_latent_groups");
  shape.global_latents = config.integer("num_global_latents");
  shape.neurons_max = config.integer("max_population_size");
  shape.tower_multiple = config.real("ffn_hidden_mult");
  shape.decoder_multiple = config.real("decoder_ffn_hidden_mult");
  const auto ratio = config.integers("local_to_global_ratio");
  shape.local_layers = ratio.at(0), shape.global_layers = ratio.at(1);
  shape.hiera_width = config.integer("hiera_embed_dim");
  shape.hiera_heads = config.integer("hiera_num_heads");
  shape.hiera_stages = config.integers("hiera_stages");
  shape.hiera_drop_path = 0;
  return shape;
}

model::Strategy strategy_of(const Numbers& numbers, const std::string& name) {
  return {.name = name,
          .visible_neurons = numbers.optional("n_visible_neurons"),
          .prefix_start = numbers.optional("prefix_start_idx"),
          .prefix_len = numbers.optional("prefix_len"),
          .full_population_prefix_len = numbers.optional("full_population_prefix_len"),
          .context_start = numbers.optional("response_context_start_idx"),
          .context_len = numbers.optional("max_response_context_samples"),
          .reconstructed_neurons_max = numbers.optional("max_n_reconstructed_neurons"),
          .suffix_start = numbers.optional("suffix_start_idx"),
          .suffix_len = numbers.optional("suffix_len"),
          .frames_start = numbers.optional("n_visible_frames_start_idx"),
          .frames_len = numbers.optional("n_visible_frames"),
          .behavior_encoded = numbers.flag("behavior_encoded"),
          .behavior_reconstructed = numbers.flag("behavior_reconstructed")};
}

/// A case of a description with everything that it names.
struct Case {
  const FixtureRequest& request;
  std::string config_name, place;
  const Json& config;
  const Json& description;
  std::string session;
  model::Tensors inputs;
  model::ModelShape shape;
  model::Batch batch;
  model::ResolvedStrategy strategy;

  explicit Case(const FixtureRequest& asked)
      : request(asked),
        config_name(asked.name.substr(0, asked.name.find('/'))),
        place("/" + config_name + "/cases/" + asked.name.substr(asked.name.find('/') + 1)),
        config(asked.fixtures.at(config_name)),
        description(asked.fixtures.at(Json::json_pointer(place))),
        session(member(request, description, place, "session").get<std::string>()),
        inputs(tensors_of(request, member(request, description, place, "inputs"))),
        shape(shape_of({request, member(request, config, "/" + config_name, "config"),
                        "/" + config_name + "/config"},
                       inputs)),
        batch(kept_batch()),
        strategy(resolved()) {}

 private:
  model::Batch kept_batch() {
    model::Batch made{.session = session};
    const at::Tensor order = inputs.at("in.permutation");  // (B, N)
    const int64_t kept = std::min(shape.neurons_max, order.size(1));
    made.neuron_ids = order.narrow(1, 0, kept).contiguous();
    const at::Tensor responses = inputs.at("in.responses").to(request.type);  // (B, W, N)
    made.responses =
        responses.gather(2, made.neuron_ids.unsqueeze(1).expand({-1, responses.size(1), -1}));
    const auto given = [&](const char* name) {
      const auto found = inputs.find(name);
      return found == inputs.end() ? at::Tensor() : found->second.to(request.type);
    };
    made.video = given("in.video");
    made.behavior = given("in.behavior");
    return made;
  }

  model::ResolvedStrategy resolved() {
    const Numbers numbers{request, member(request, description, place, "strategy"),
                          place + "/strategy"};
    const model::Resolution resolution = model::resolve_as_written(
        strategy_of(numbers, request.name), shape, batch.neuron_ids.size(1));
    if (resolution.strategy) { return *resolution.strategy; }
    throw InputError({{.file = request.file.string(),
                       .pointer = place + "/strategy",
                       .message = "the strategy cannot be followed",
                       .found = resolution.why}});
  }
};

model::BrainModel model_of(const Case& one) {
  std::vector<model::SessionSpec> sessions;
  std::vector<std::string> animals;
  const Json& listed = member(one.request, one.config, "/" + one.config_name, "sessions");
  for (const auto& [name, session] : listed.items()) {
    sessions.push_back(
        {name, session.at("animal").get<std::string>(), session.at("n_neurons").get<int64_t>()});
    animals.push_back(sessions.back().animal);
  }
  return model::BrainModel(one.shape, sessions, animals, 0, one.request.type);
}

std::vector<model::NamedTensor> all_parameters(const Case& one, const model::BrainModel& model) {
  std::vector<model::NamedTensor> all = model.shared_parameters();
  for (const auto& [name, session] : one.config.at("sessions").items()) {
    for (model::NamedTensor& p : model.session_parameters(name)) { all.push_back(std::move(p)); }
  }
  return all;
}

/// Seconds of every token, once a batch item: (B, tokens).
at::Tensor times_of(const std::vector<model::TokenGroup>& groups, int64_t windows) {
  std::vector<double> times;
  for (const model::TokenGroup& group : groups) {
    times.insert(times.end(), static_cast<size_t>(group.count), group.time_s);
  }
  return at::tensor(times, at::kDouble).expand({windows, -1});
}

void add_times(const Case& one, model::Tensors& results) {
  const model::TokenLayout layout = model::layout_of(one.strategy, one.shape);
  const int64_t windows = one.batch.neuron_ids.size(0);
  std::vector<model::TokenGroup> responses = layout.inputs;
  if (one.strategy.behavior_encoded) { responses.pop_back(); }
  if (!responses.empty()) { results["mid.response_token_times"] = times_of(responses, windows); }
  if (!layout.video.empty()) { results["mid.video_token_times"] = times_of(layout.video, windows); }
  results["mid.latent_times"] = times_of(layout.latents, windows);
  results["mid.query_times"] = times_of(layout.queries, windows);
  std::vector<model::TokenGroup> ends = layout.latents;
  for (model::TokenGroup& group : ends) {
    const double length_s = static_cast<double>(group.to - group.from) / one.shape.window.rate_hz;
    group.time_s += static_cast<double>(static_cast<float>(length_s));
  }
  results["mid.latent_ends"] = times_of(ends, windows);
}

void add_trace(const model::Trace& trace, model::Tensors& results) {
  for (const auto& [name, tensor] : trace) {
    const bool backbone = name.starts_with("hiera.");
    results["mid." + name + (backbone ? ".item0" : "")] = backbone ? tensor[0] : tensor;
  }
}

void add_output(const model::Output& output, const model::Losses& losses, model::Tensors& results) {
  const auto add = [&](const char* name, const at::Tensor& tensor) {
    if (tensor.defined()) { results[std::string("out.") + name] = tensor; }
  };
  const auto add_loss = [&](const char* name, const at::Tensor& loss) {
    if (loss.defined()) { add(name, loss.to(at::kDouble).view({1})); }
  };
  add("response_preds", output.predictions);
  add("response_labels", output.labels);
  add("response_neuron_ids", output.neuron_ids);
  if (output.positions.defined()) {
    add("response_positions", output.positions.expand(output.neuron_ids.sizes()));
  }
  add("behavior_preds", output.behavior_predictions);
  add_loss("loss", losses.total);
  add_loss("response_loss", losses.response);
  add_loss("behavior_loss", losses.behavior);
}

/// The optimiser's steps from where the parameters stand.
void add_steps(const Case& one, model::BrainModel& model, model::Tensors& results) {
  const auto parameters = all_parameters(one, model);
  model::Tensors before;
  for (const auto& p : parameters) {
    before[p.name] = p.tensor.detach().clone();
    p.tensor.mutable_grad().reset();
  }
  const auto no_peers = parallel::alone();
  ReplicatedOptimizer shared(model.shared_parameters(), {}, *no_peers);
  SessionOptimizer session(model.session_parameters(one.session), session_adamw());
  for (int64_t step = 0; step < one.request.steps; ++step) {
    model::losses_of(model.forward(one.batch, one.strategy)).total.backward();
    session.step(kSessionRate, session.norm());
    sum_and_step(shared, {.adamw = kSharedRate}, 1);
  }
  const std::string prefix = "step" + std::to_string(one.request.steps) + ".";
  for (const auto& p : parameters) {
    if (!at::equal(p.tensor.detach(), before.at(p.name))) {
      results[prefix + p.name] = p.tensor.detach();
    }
  }
}

}  // namespace

bool has_brain_case(const Json& fixtures, const std::string& name) {
  const size_t slash = name.find('/');
  if (slash == std::string::npos || slash == 0) { return false; }
  const auto place =
      Json::json_pointer("") / name.substr(0, slash) / "cases" / name.substr(slash + 1);
  return fixtures.contains(place);
}

model::Tensors brain_fixture(const FixtureRequest& request) {
  const Case one(request);
  model::BrainModel model = model_of(one);
  const auto parameters = all_parameters(one, model);
  model::load_parameters(parameters, tensors_of(request, one.config_name + "_weights.safetensors"));
  model::Trace trace;
  const model::Output output = model.forward(one.batch, one.strategy, &trace);
  const model::Losses losses = model::losses_of(output);
  model::Tensors results;
  add_trace(trace, results);
  add_times(one, results);
  results["mid.neuron_ids"] = one.batch.neuron_ids;
  add_output(output, losses, results);
  if (request.backward) {
    losses.total.backward();
    add_gradients(parameters, results);
  }
  if (request.steps > 0) { add_steps(one, model, results); }
  return results;
}

}  // namespace enigma::worker
