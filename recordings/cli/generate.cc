// enigma-data generate: the recordings of an invented mouse from a seed.
#include "recordings/generate/generate.h"

#include "recordings/cli/progress.h"
#include "recordings/cli/verbs.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

namespace enigma::recordings::cli {
namespace {

void print_ceiling(const generate::GeneratedSession& session) {
  const auto& c = session.ceiling;
  fmt::print(
      "{}: {}; explainable variance {:.3f} (median; {:.0f} % of it from the video), noise-ceiling "
      "correlation {:.3f}, true rates {:.1f} % below the loss of the mean\n",
      session.name, session.made ? "made" : "there already, left alone",
      c.at("explainable_variance_median").get<double>(),
      100 * c.at("video_share_median").get<double>(),
      c.at("noise_ceiling_correlation_median").get<double>(),
      100 * c.at("rate_below_baseline").get<double>());
}

std::vector<std::string> names_of(const std::string& list) {
  std::vector<std::string> names;
  std::istringstream words(list);
  for (std::string name; std::getline(words, name, ',');) { names.push_back(name); }
  return names;
}

generate::Features features_of(const options::variables_map& values) {
  generate::Features features;
  features.wide = values.count("wide") > 0;
  features.surround = values.count("surround") > 0;
  features.complex = values["complex"].as<double>();
  features.latents = values["latents"].as<int64_t>();
  features.refractory = values.count("refractory") > 0;
  features.calcium = values.count("calcium") > 0;
  features.areas = names_of(values["areas"].as<std::string>());
  features.drift = values.count("drift") > 0;
  features.dead = values["dead"].as<double>();
  features.silent = values["silent"].as<double>();
  features.missing = values["missing"].as<double>();
  features.unequal = values.count("unequal") > 0;
  return features;
}

void add_feature_options(options::options_description& known) {
  const auto share = [] { return options::value<double>()->default_value(0, "0"); };
  known.add_options()("wide",
                      "receptive fields as large as the picture, which small models learn soon")(
      "surround", "contrast around a receptive field weakens its neuron")("complex", share(),
                                                                          "share of complex cells")(
      "latents", options::value<int64_t>()->default_value(0),
      "slow fluctuations that the neurons of a session share")(
      "refractory", "spikes 2 ms apart at least, kept as the modality 'spikes'")(
      "calcium", "responses imaged at 8 Hz and brought to 30 Hz, as published data are")(
      "areas", options::value<std::string>()->default_value("", "none"),
      "areas that neurons lie in, with commas: V1,LM,AL")("drift", "baselines wander over minutes")(
      "dead", share(), "share of neurons that never spike")(
      "silent", share(), "share of neurons that spike about once a minute")(
      "missing", share(), "share of sessions without eye tracker or treadmill")(
      "unequal", "sessions of 0.5 to 1.5 times the minutes");
}

generate::GenerateOptions wanted(const options::variables_map& values) {
  generate::GenerateOptions how;
  how.out = values["out"].as<std::string>();
  how.sessions = values["sessions"].as<int64_t>();
  how.animals = values["animals"].defaulted() ? std::min(how.animals, how.sessions)
                                              : values["animals"].as<int64_t>();
  how.neurons = values["neurons"].as<int64_t>();
  how.minutes = values["minutes"].as<double>();
  how.seed = static_cast<uint64_t>(values["seed"].as<int64_t>());
  how.features = features_of(values);
  how.progress = neurons_progress;
  return how;
}

options::options_description generate_options() {
  const generate::GenerateOptions usual;
  options::options_description known("Options");
  known.add_options()("out", options::value<std::string>()->required(),
                      "folder to make sessions in")(
      "sessions", options::value<int64_t>()->default_value(usual.sessions), "how many")(
      "animals", options::value<int64_t>()->default_value(usual.animals), "of how many animals")(
      "neurons", options::value<int64_t>()->default_value(usual.neurons), "per session")(
      "minutes", options::value<double>()->default_value(usual.minutes), "per session")(
      "seed", options::value<int64_t>()->default_value(static_cast<int64_t>(usual.seed)),
      "what everything follows from");
  add_feature_options(known);
  return known;
}

}  // namespace

int generate(const Call& call) {
  const auto parsed = parse(call, "generate --out DIR [options]", generate_options());
  if (!parsed) { return kDone; }
  const auto& values = *parsed;
  const std::vector<generate::GeneratedSession> sessions =
      recordings::generate::generate(wanted(values));
  if (!call.json) {
    for (const generate::GeneratedSession& session : sessions) { print_ceiling(session); }
    return kDone;
  }
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const generate::GeneratedSession& session : sessions) {
    rows.push_back({{"name", session.name},
                    {"path", session.path.string()},
                    {"made", session.made},
                    {"ceiling", session.ceiling}});
  }
  print_document(call, {{"sessions", std::move(rows)}});
  return kDone;
}

}  // namespace enigma::recordings::cli
