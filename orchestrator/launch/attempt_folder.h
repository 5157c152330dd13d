// What a submission becomes on disk: a claim by its token, and the folder attempt-K.
//
//   RUN/submissions/TOKEN.secret   bearer token, mode 0600, put there by the executor
//   RUN/submissions/TOKEN          the claim: "attempt K", or "refused why"
//   RUN/submissions/TOKEN.end      nothing of its chain of jobs may start any more
//   RUN/attempt-K/launch           who launched it: token, pid, start, host, boot, cores
//   RUN/attempt-K/token            the bearer token: moved here, or copied where a scheduler may
//                                  start the submission again, with ~n behind it for a later start
//   RUN/attempt-K/exit.json        how it ended, written last
#pragma once

#include "orchestrator/launch/process.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace enigma::launch {

/// What became of a submission. The same token is never claimed twice.
struct Claim {
  std::optional<int64_t> attempt;
  std::string refused;  ///< why it was not started
};
std::optional<Claim> read_claim(const std::string& run_folder, const std::string& token);
bool write_claim(const std::string& run_folder, const std::string& token, const Claim& claim);

std::string submission_path(const std::string& run_folder, const std::string& token);
std::string attempt_path(const std::string& run_folder, int64_t number);

/// Makes attempt-K with the next free K; nothing (with errno) where the disk refuses.
std::optional<int64_t> make_attempt_folder(const std::string& run_folder);

/// Who launched an attempt, and on which cores: what an executor needs to adopt it.
struct LaunchNote {
  std::string token;
  Process launcher;
  std::vector<int> cpus;                ///< empty = not pinned
  std::vector<std::string> nodes = {};  ///< that its ranks run on; empty: the launcher's host
  std::string job = {};                 ///< of a scheduler; empty: none
};

/// A chain of jobs stands behind a submission, and the next one would go on from here. Its end is
/// noted before the exit file, so that who reads that knows whether a job follows.
bool end_chain(const std::string& run_folder, const std::string& submission);
bool has_chain_ended(const std::string& run_folder, const std::string& submission);

/// Brings the bearer token in and writes the note. `keeps_secret`: the submission may be started
/// again and keeps its own.
bool fill_attempt_folder(const std::string& run_folder, int64_t number, const LaunchNote& note,
                         bool keeps_secret);

/// Nothing where the note is missing or of another token.
std::optional<LaunchNote> read_launch_note(const std::string& run_folder, int64_t number,
                                           const std::string& token);

/// How the worker ended. A code or a signal, or neither where it never started.
struct Exit {
  std::optional<int> code, signal;
  double at = 0;
  bool memory_exhausted = false;  ///< the cgroup counted an out-of-memory kill meanwhile
  std::string error;              ///< why it could not be started; else empty
};
bool write_exit(const std::string& attempt_folder, const Exit& exit);

}  // namespace enigma::launch
