// The worker program as it was when its sweep was submitted: a build that goes on meanwhile does
// not change what waits in a queue.
#pragma once

#include <filesystem>

namespace enigma::attempts {

/// Keeps a copy of the program in STORE/programs, named by its digest, and returns its path. A
/// script, or a program that looks for libraries beside itself, stays where it is: its own path is
/// returned. Throws where the copy cannot be written.
std::filesystem::path keep_program(const std::filesystem::path& store,
                                   const std::filesystem::path& worker);

}  // namespace enigma::attempts
