#include "sweeps/inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace enigma::sweeps {
namespace {

using recordings::Modality;
using recordings::SessionInfo;
using recordings::WindowRule;

bool admits(const WindowRule& rule, const std::string& name) {
  return rule.modalities.empty() ||
         std::find(rule.modalities.begin(), rule.modalities.end(), name) != rule.modalities.end();
}

bool has_video(const SessionInfo& session) {
  return session.video_height > 0 && session.video_width > 0;
}

bool is_behavior(const Modality& modality) {
  return modality.kind == recordings::ModalityKind::sequence && modality.name != "responses";
}

/// The published order of behaviour channels: eye tracker, treadmill, then whatever else there is.
int place_of(const std::string& modality) {
  if (modality == "eye_tracker") { return 0; }
  return modality == "treadmill" ? 1 : 2;
}

Inputs inputs_of_one(const WindowRule& rule, const SessionInfo& session) {
  Inputs inputs;
  inputs.window.samples = rule.samples;
  inputs.window.rate_hz = rule.rate_hz;
  if (has_video(session) && admits(rule, "screen")) {
    inputs.window.video = model::VideoShape{rule.samples, session.video_channels,
                                            session.video_height, session.video_width};
  }
  std::vector<const Modality*> found;
  for (const Modality& modality : session.modalities) {
    if (is_behavior(modality) && admits(rule, modality.name)) { found.push_back(&modality); }
  }
  std::sort(found.begin(), found.end(), [](const Modality* a, const Modality* b) {
    return std::pair(place_of(a->name), a->name) < std::pair(place_of(b->name), b->name);
  });
  model::BehaviorShape behavior;
  for (const Modality* modality : found) {
    inputs.behavior.push_back(modality->name);
    behavior.channels += modality->signals;
  }
  // The published window: 40 behaviour samples beside 60 responses.
  behavior.samples = std::max<int64_t>(1, std::llround(2.0 * double(rule.samples) / 3));
  if (!found.empty()) { inputs.window.behavior = behavior; }
  return inputs;
}

std::string text_of(const Inputs& inputs) {
  std::string text = "no video";
  if (const auto& video = inputs.window.video) {
    text = fmt::format("video {} x {} x {}", video->channels, video->height, video->width);
  }
  for (const std::string& name : inputs.behavior) { text += ", " + name; }
  if (const auto& behavior = inputs.window.behavior) {
    text += fmt::format(" ({} channels)", behavior->channels);
  }
  return text;
}

std::vector<const char*> absent_modalities(const model::Strategy& strategy,
                                           const model::ModelShape& shape,
                                           const SessionInfo& session) {
  const auto resolved = model::resolve(strategy, shape, kept_neurons(shape, session)).strategy;
  if (!resolved) { return {}; }
  const model::Absences absent = model::absences_of(*resolved);
  std::vector<const char*> names;
  if (absent.responses) { names.push_back("responses"); }
  if (absent.video) { names.push_back("video"); }
  if (absent.behavior) { names.push_back("behavior"); }
  return names;
}

}  // namespace

Parsed<Inputs> inputs_of(const WindowRule& rule, const std::vector<SessionInfo>& sessions) {
  Parsed<Inputs> parsed;
  for (const SessionInfo& session : sessions) {
    Inputs inputs = inputs_of_one(rule, session);
    if (!parsed.value) {
      parsed.value = std::move(inputs);
    } else if (text_of(inputs) != text_of(*parsed.value)) {
      parsed.diagnostics.push_back(
          {.file = session.path.string(),
           .message = "sessions of one point must have the same inputs",
           .expected = text_of(*parsed.value),
           .found = text_of(inputs),
           .suggestion = "name the modalities that all have in 'data.modalities', or put the "
                         "sessions into different sets"});
    }
  }
  if (has_errors(parsed.diagnostics)) { parsed.value.reset(); }
  return parsed;
}

int64_t kept_neurons(const model::ModelShape& shape, const SessionInfo& session) {
  return std::min(session.neurons, shape.neurons_max);
}

StrategyChoice choose_strategies(const std::vector<std::string>& names,
                                 const model::ModelShape& shape,
                                 const std::vector<SessionInfo>& sessions) {
  StrategyChoice choice;
  for (const std::string& name : names) {
    for (model::Strategy& strategy : model::strategies_named(name)) {
      std::string why;
      for (const SessionInfo& session : sessions) {
        const auto resolution = model::resolve(strategy, shape, kept_neurons(shape, session));
        if (resolution.strategy) { continue; }
        why = session.name + ": " + resolution.why;
        break;
      }
      if (why.empty()) {
        choice.kept.push_back(std::move(strategy));
      } else {
        choice.dropped.push_back({strategy.name, why});
      }
    }
  }
  return choice;
}

std::map<std::string, std::vector<std::string>> untrained_absences(
    const std::vector<model::Strategy>& evaluated, const std::vector<model::Strategy>& trained,
    const model::ModelShape& shape, const SessionInfo& session) {
  std::map<std::string, std::vector<std::string>> absences;
  for (const model::Strategy& strategy : evaluated) {
    for (const char* modality : absent_modalities(strategy, shape, session)) {
      absences[modality].push_back(strategy.name);
    }
  }
  for (const model::Strategy& strategy : trained) {
    for (const char* modality : absent_modalities(strategy, shape, session)) {
      absences.erase(modality);
    }
  }
  return absences;
}

}  // namespace enigma::sweeps
