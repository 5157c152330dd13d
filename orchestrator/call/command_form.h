// What the commands look like from outside: their options, as each declares them; scripts for
// shells and the manual page are made of it.
#pragma once

#include "input/command_line.h"

#include <string>
#include <vector>

namespace enigma::cli {

/// A command with its line of help and what it declares.
struct CommandForm {
  std::string name, help;
  Form form;
};

/// A completion script: commands, their options, words that an option may take; names of sweeps and
/// runs are asked of the program while one types.
std::string bash_completion(const std::string& program, const std::vector<CommandForm>& commands);
std::string zsh_completion(const std::string& program, const std::vector<CommandForm>& commands);

/// The manual page (section 1), as man(7) reads it.
std::string manual_page(const std::string& program, const std::string& version,
                        const std::vector<CommandForm>& commands);

}  // namespace enigma::cli
