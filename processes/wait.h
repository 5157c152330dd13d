// How a program that this one has started ends.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>

namespace enigma {

/// Waits for the end; gives the wait status (WIFEXITED, …). Throws std::system_error where `child`
/// is no child of this process.
int wait_for(pid_t child);

/// The wait status of a child that has ended by now, which is then gone; nothing while it lives.
/// Throws as wait_for does.
std::optional<int> status_if_ended(pid_t child);

/// Ends it by SIGKILL and takes its status.
void kill_and_wait(pid_t child);

/// "exit code 3", "signal 9 (Killed)".
std::string text_of_status(int status);

}  // namespace enigma
