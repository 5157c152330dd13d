#include "recordings/format/modality_kind.h"

#include "diagnostics/nearest.h"
#include "recordings/format/problem.h"

#include <array>

namespace enigma::recordings {
namespace {

const std::array<std::string, 4> kNames = {"sequence", "screen", "spikes", "time_interval"};

}  // namespace

const char* name_of(ModalityKind kind) {
  return kNames.at(static_cast<size_t>(kind)).c_str();
}

std::optional<ModalityKind> modality_kind_of(const std::string& name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) { return static_cast<ModalityKind>(i); }
  }
  return std::nullopt;
}

Diagnostic unknown_kind(const std::filesystem::path& folder, const std::string& found) {
  Diagnostic d = problem_in(folder / "meta.yml", "/modality", "modality is not known",
                            "sequence, screen, spikes or time_interval", found);
  d.suggestion = suggest_name(found, kNames);
  return d;
}

}  // namespace enigma::recordings
