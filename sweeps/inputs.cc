#include "sweeps/inputs.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

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
  return modality.kind == "sequence" && modality.name != "responses";
}

Diagnostic disagreement(const SessionInfo& session, const std::string& what,
                        const std::string& expected, const std::string& found) {
  return {.file = session.path.string(),
          .pointer = what,
          .message = "sessions of one point must agree on '" + what + "'",
          .expected = expected,
          .found = found,
          .suggestion = "put them into different session sets, or leave the modality out"};
}

std::string size_text(const model::VideoShape& video) {
  return std::to_string(video.channels) + " x " + std::to_string(video.height) + " x " +
         std::to_string(video.width);
}

void take_video(const SessionInfo& session, Inputs& inputs, std::vector<Diagnostic>& diagnostics) {
  const model::VideoShape video{inputs.window.samples, session.video_channels, session.video_height,
                                session.video_width};
  if (!inputs.window.video) {
    inputs.window.video = video;
  } else if (size_text(*inputs.window.video) != size_text(video)) {
    diagnostics.push_back(
        disagreement(session, "screen", size_text(*inputs.window.video), size_text(video)));
  }
}

}  // namespace

Parsed<Inputs> inputs_of(const WindowRule& rule, const std::vector<SessionInfo>& sessions) {
  Parsed<Inputs> parsed;
  Inputs inputs;
  inputs.window.samples = rule.samples;
  inputs.window.rate_hz = rule.rate_hz;
  std::map<std::string, int64_t> signals;
  for (const SessionInfo& session : sessions) {
    if (has_video(session) && admits(rule, "screen")) {
      take_video(session, inputs, parsed.diagnostics);
    }
    for (const Modality& modality : session.modalities) {
      if (!is_behavior(modality) || !admits(rule, modality.name)) continue;
      const auto [known, fresh] = signals.try_emplace(modality.name, modality.signals);
      if (known->second == modality.signals) continue;
      parsed.diagnostics.push_back(disagreement(session, modality.name,
                                                std::to_string(known->second) + " signals",
                                                std::to_string(modality.signals)));
    }
  }
  int64_t channels = 0;
  for (const auto& [name, count] : signals) {
    inputs.behavior.push_back(name);
    inputs.behavior_signals.push_back(count);
    channels += count;
  }
  // The published window: 40 behaviour samples beside 60 responses.
  const int64_t samples = std::llround(2.0 / 3.0 * static_cast<double>(rule.samples));
  if (channels > 0) inputs.window.behavior = model::BehaviorShape{channels, samples};
  if (!has_errors(parsed.diagnostics)) parsed.value = std::move(inputs);
  return parsed;
}

model::WindowShape window_of(const Inputs& inputs, const SessionInfo& session) {
  model::WindowShape window = inputs.window;
  if (!has_video(session)) window.video.reset();
  const bool complete =
      std::all_of(inputs.behavior.begin(), inputs.behavior.end(), [&](const std::string& name) {
        return std::any_of(session.modalities.begin(), session.modalities.end(),
                           [&](const Modality& modality) {
                             return is_behavior(modality) && modality.name == name;
                           });
      });
  if (!complete) window.behavior.reset();
  return window;
}

int64_t kept_neurons(const model::ModelShape& shape, const SessionInfo& session) {
  return std::min(session.neurons, shape.neurons_max);
}

StrategyChoice choose_strategies(const std::vector<std::string>& names,
                                 const model::ModelSize& size, const Inputs& inputs,
                                 const std::vector<SessionInfo>& sessions) {
  StrategyChoice choice;
  std::set<std::string> seen;
  for (const std::string& name : names) {
    for (model::Strategy& strategy : model::strategies_named(name)) {
      if (!seen.insert(strategy.name).second) continue;
      std::string why;
      for (const SessionInfo& session : sessions) {
        const model::ModelShape shape = model::shape_of(size, window_of(inputs, session));
        const auto resolution = model::resolve(strategy, shape, kept_neurons(shape, session));
        if (resolution.strategy) continue;
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

}  // namespace enigma::sweeps
