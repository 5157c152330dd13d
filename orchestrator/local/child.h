// Starting a program that shall not share anything with this one: no descriptor, no terminal.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace enigma::local {

/// Starts `command` (program first) with standard output and error appended to `log`;
/// every other descriptor (store, lock, sockets) is closed. Throws std::system_error where the
/// system refuses. `session`: in a session of its own, so that a terminal's Ctrl-C passes it by.
/// `variables` ("NAME=VALUE") take the place of this program's environment, where they are given.
pid_t start_program(const std::vector<std::string>& command, const std::filesystem::path& log,
                    bool session, const std::optional<std::vector<std::string>>& variables = {});

}  // namespace enigma::local
