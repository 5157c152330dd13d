// enigma-data stats: means and deviations per modality and tier.
#include "recordings/cli/progress.h"
#include "recordings/cli/verbs.h"
#include "recordings/scores/pearson.h"
#include "recordings/scores/statistics.h"

#include <fmt/format.h>

namespace enigma::recordings::cli {
namespace {

void print_line(const std::string& name, const SignalStatistics& signals) {
  fmt::print(
      "    {:22} {:>9} rows {:>6} signals  mean {:>10.4g}  std {:>10.4g} (means over them)\n", name,
      signals.rows, signals.mean.size(), mean_of_finite(signals.mean), mean_of_finite(signals.std));
}

void print_session(const SessionStatistics& session) {
  fmt::print("{}\n", session.name);
  for (const ModalityStatistics& modality : session.modalities) {
    print_line(modality.name, modality.all);
    for (const auto& [tier, signals] : modality.tiers) { print_line("  " + tier, signals); }
  }
}

}  // namespace

options::options_description stats_options() {
  return json_options();
}

int stats(const Words& words) {
  const auto values = parse(words, stats_options(), "DIR", "the folder of recordings");
  const std::vector<SessionStatistics> sessions =
      statistics(existing(values["DIR"].as<std::string>()), sessions_progress);
  bool problems = false;
  for (const SessionStatistics& session : sessions) {
    print_diagnostics(session.problems);
    problems = problems || has_errors(session.problems);
    if (!values.count("json")) { print_session(session); }
  }
  if (values.count("json")) { print_document("stats", to_json(sessions)); }
  return problems ? kWrongInput : kDone;
}

}  // namespace enigma::recordings::cli
