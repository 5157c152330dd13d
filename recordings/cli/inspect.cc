// enigma-data inspect: what a folder of recordings holds.
#include "recordings/cli/progress.h"
#include "recordings/cli/verbs.h"
#include "recordings/manifest.h"

#include <fmt/format.h>

namespace enigma::recordings::cli {
namespace {

Manifest look(const std::string& folder, const std::string& cache) {
  InspectOptions first;
  first.cache = cache;
  first.progress = sessions_progress;
  Manifest manifest = recordings::inspect(existing(folder), first);
  const WindowRule rule = natural_rule(manifest);
  if (rule.align == Align::free) { return manifest; }
  // Windows of short trials follow the trials: count them so.
  InspectOptions second;
  second.digests = false;
  second.rule = rule;
  Manifest again = recordings::inspect(folder, second);
  for (size_t i = 0; i < again.sessions.size(); ++i) {
    again.sessions[i].digest = manifest.sessions[i].digest;
  }
  return again;
}

void print_session(const SessionInfo& session) {
  fmt::print("{:28} {:>6} neurons {:>8.1f} s  {}\n", session.name, session.neurons, session.seconds,
             session.animal.empty() ? "animal unknown" : session.animal);
  for (const auto& [name, tier] : session.tiers) {
    fmt::print("    tier {:12} {:>5} trials {:>8.1f} s {:>6} windows\n", name, tier.trials,
               tier.seconds, tier.windows);
  }
  for (const Modality& m : session.modalities) {
    fmt::print("    {:17} {:13} {:>9} {:>6} signals\n", m.name, name_of(m.kind),
               m.rate_hz > 0 ? fmt::format("{:.4g} Hz", m.rate_hz) : "irregular", m.signals);
  }
  for (const Diagnostic& problem : session.problems) { fmt::print("    {}\n", to_text(problem)); }
}

void print_manifest(const Manifest& manifest) {
  double seconds = 0;
  int64_t neurons = 0;
  size_t problems = 0;
  for (const SessionInfo& session : manifest.sessions) {
    print_session(session);
    seconds += session.seconds;
    neurons += session.neurons;
    problems += session.problems.size();
  }
  const WindowRule rule = natural_rule(manifest);
  fmt::print("{} sessions, {} neurons, {:.2f} hours, {} problems\n", manifest.sessions.size(),
             neurons, seconds / 3600, problems);
  fmt::print("windows: {} samples at {:g} Hz, {}\n", rule.samples, rule.rate_hz,
             rule.align == Align::trial ? "one a trial" : "free, counted end to end");
}

}  // namespace

int inspect(const Call& call) {
  const auto parsed =
      parse(call, "inspect DIR [options]", cache_option(), "DIR", "the folder of recordings");
  if (!parsed) { return kDone; }
  const auto& values = *parsed;
  const Manifest manifest = look(required(values, "DIR"), values["cache"].as<std::string>());
  if (call.json) {
    print_document(call, to_json(manifest));
  } else {
    print_manifest(manifest);
  }
  return kDone;
}

}  // namespace enigma::recordings::cli
