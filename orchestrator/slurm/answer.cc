#include "orchestrator/slurm/answer.h"

namespace enigma::slurm {

std::string_view trimmed(std::string_view text) {
  const size_t from = text.find_first_not_of(" \t\r");
  if (from == std::string_view::npos) { return {}; }
  return text.substr(from, text.find_last_not_of(" \t\r") - from + 1);
}

}  // namespace enigma::slurm
