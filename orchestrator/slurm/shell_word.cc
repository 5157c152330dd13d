#include "orchestrator/slurm/shell_word.h"

namespace enigma::slurm {

std::string shell_word(const std::string& text) {
  std::string word = "'";
  for (const char c : text) { word += c == '\'' ? std::string("'\\''") : std::string(1, c); }
  return word + "'";
}

}  // namespace enigma::slurm
