// What lines of logs mean: the house's table of failures, and what users add to it. Pure.
#pragma once

#include "worker/protocol/exit_code.h"

#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace enigma::decide {

/// A root is the failure itself; a cascade is how other ranks notice that one has failed.
enum class Role { root, cascade };

/// A line has it if it contains all of the words, in any case, and matches the pattern.
struct Signature {
  std::vector<std::string> words;     ///< lower case
  std::optional<std::regex> pattern;  ///< of users; searched for
  protocol::FailureClass failure_class = protocol::FailureClass::code;
  Role role = Role::root;
};
using Signatures = std::vector<Signature>;

/// Facts of drivers, NCCL, kernels and shared file systems. A bare "Killed" is not among them: it
/// does not say by whom.
const Signatures& house_signatures();

/// The first of the table that the line has, or null.
const Signature* signature_of(std::string_view line, const Signatures& table);

}  // namespace enigma::decide
