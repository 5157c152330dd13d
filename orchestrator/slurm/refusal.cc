#include "orchestrator/slurm/refusal.h"

#include "orchestrator/slurm/answer.h"

#include <algorithm>
#include <array>

namespace enigma::slurm {
namespace {

// Reasons of accounting limits (AssocMaxSubmitJobLimit, QOSMaxSubmitJobPerUserLimit, …), and a
// controller that has as many jobs as it may (MaxJobCount).
constexpr std::array<std::string_view, 3> kLimits{
    "MaxSubmitJob", "temporarily unable to accept job", "Resource temporarily unavailable"};

}  // namespace

std::string reason_of(std::string_view said) {
  std::string_view line = trimmed(said.substr(0, said.find('\n')));
  for (const std::string_view prefix : {"sbatch: ", "error: "}) {
    if (line.starts_with(prefix)) { line.remove_prefix(prefix.size()); }
  }
  return std::string(line);
}

bool is_queue_limit(std::string_view said) {
  return std::ranges::any_of(
      kLimits, [&](std::string_view word) { return said.find(word) != std::string_view::npos; });
}

}  // namespace enigma::slurm
