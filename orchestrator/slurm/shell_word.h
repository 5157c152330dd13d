// A text as one word of a shell's script.
#pragma once

#include <string>

namespace enigma::slurm {

/// In single quotes, whatever it holds.
std::string shell_word(const std::string& text);

}  // namespace enigma::slurm
