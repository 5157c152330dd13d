// enigma-data stats: means and deviations per modality and tier.
#include "recordings/cli/progress.h"
#include "recordings/cli/verbs.h"
#include "recordings/scores/pearson.h"
#include "recordings/scores/statistics.h"

#include <fmt/format.h>

namespace enigma::recordings::cli {
namespace {

void print_line(const std::string& name, const scores::SignalStatistics& signals) {
  fmt::print(
      "    {:22} {:>9} rows {:>6} signals  mean {:>10.4g}  std {:>10.4g} (means over them)\n", name,
      signals.rows, signals.mean.size(), scores::mean_of_finite(signals.mean),
      scores::mean_of_finite(signals.std));
}

void print_session(const scores::SessionStatistics& session) {
  fmt::print("{}\n", session.name);
  for (const scores::ModalityStatistics& modality : session.modalities) {
    print_line(modality.name, modality.all);
    for (const auto& [tier, signals] : modality.tiers) { print_line("  " + tier, signals); }
  }
}

}  // namespace

int stats(const Call& call) {
  const auto parsed = parse(call, "stats DIR [options]", options::options_description("Options"),
                            "DIR", "the folder of recordings");
  if (!parsed) { return kDone; }
  const auto& values = *parsed;
  const std::vector<scores::SessionStatistics> sessions =
      scores::statistics(existing(required(values, "DIR")), sessions_progress);
  bool problems = false;
  for (const scores::SessionStatistics& session : sessions) {
    print_diagnostics(session.problems);
    problems = problems || has_errors(session.problems);
    if (!call.json) { print_session(session); }
  }
  if (call.json) { print_document(call, to_json(sessions)); }
  return problems ? kWrongInput : kDone;
}

}  // namespace enigma::recordings::cli
