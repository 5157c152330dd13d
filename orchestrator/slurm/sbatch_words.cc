#include "orchestrator/slurm/sbatch_words.h"

#include "orchestrator/slurm/answer.h"

#include <algorithm>
#include <array>
#include <ctime>

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

std::optional<double> start_of_test(const std::string& said) {
  constexpr std::string_view kBefore = "to start at ";
  const size_t at = said.find(kBefore);
  if (at == std::string::npos) { return std::nullopt; }
  std::tm local{};
  local.tm_isdst = -1;
  if (::strptime(said.c_str() + at + kBefore.size(), "%Y-%m-%dT%H:%M:%S", &local) == nullptr) {
    return std::nullopt;
  }
  return static_cast<double>(std::mktime(&local));
}

}  // namespace enigma::slurm
