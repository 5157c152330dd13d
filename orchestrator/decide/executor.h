// The one door to the world. Three implementations: local processes, a cluster's scheduler, and
// the simulated one of the tests. Decisions are made elsewhere: an executor does and tells.
#pragma once

#include "orchestrator/decide/root_cause.h"
#include "worker/protocol/exit_code.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace enigma::decide {

/// Everything an executor needs to start one attempt.
struct Submission {
  std::string executor;  ///< that it is for
  std::string run;
  std::string token;  ///< unique per submission, saved before it is made
  int64_t slots = 1;
  std::string point_file;                  ///< text of the document behind ENIGMA_POINT
  std::string placement;                   ///< as submitted: data folder, worker program, …
  std::vector<std::string> excluded = {};  ///< nodes that it must not run on
};

/// Whether the executor took it. Not accepted is no failure yet: it is tried again, then given up.
struct SubmitAnswer {
  bool accepted = true;
  std::string why;
  /// The executor takes no more of this user's jobs for now: the run waits, and nothing has failed.
  bool is_limit = false;
};

/// An attempt to look at: what is remembered of it, so that it is found after a restart.
struct Watch {
  std::string executor;  ///< that it was submitted to
  std::string run, token;
  std::optional<int64_t> number;
  std::optional<int64_t> launcher_pid, launcher_start_ns;
  bool was_seen = false;  ///< the executor has shown it before
};

/// No answer, an empty one, or a token that is not known: never a proof that the job is gone.
struct Unknown {
  bool operator==(const Unknown&) const = default;
};
/// In the executor's queue.
struct Waiting {
  std::string why;  ///< as the scheduler says it; may be empty
  bool operator==(const Waiting&) const = default;
};
/// Its launcher lives.
struct Running {
  std::optional<int64_t> number;  ///< the attempt's folder
  std::optional<int64_t> launcher_pid, launcher_start_ns;
  std::vector<std::string> nodes = {};  ///< that its ranks run on, where that is known
  bool operator==(const Running&) const = default;
};
/// It left an exit file, or its processes are known to be dead without one (code is null then).
struct Ended {
  std::optional<int> code;
  int signal = 0;  ///< 0: none
  bool memory_exhausted = false;
  std::optional<int64_t> number;
  std::string line;  ///< evidence of the launcher or the scheduler, where there is some
  /// Why the scheduler ended it; it counts more than the code or signal that followed.
  std::optional<protocol::FailureClass> cause = {};
  /// What the logs and exit files of its ranks name; less than the scheduler's reason, more than
  /// the code or signal that the launcher saw.
  std::optional<RootCause> root = {};
  std::vector<std::string> nodes = {};  ///< as in Running
  bool operator==(const Ended&) const = default;
};
using JobState = std::variant<Unknown, Waiting, Running, Ended>;

struct Observation {
  std::string run, token;
  JobState state;
};

/// A stretch of bytes of an attempt's spool.jsonl.
struct SpoolSlice {
  std::string run, token;
  int64_t number = 0;  ///< the attempt's folder
  int64_t offset = 0;
  size_t bytes_max = 0;
};

struct Executor {
  virtual ~Executor() = default;
  /// Starts it, unless a job of this token exists or has existed: submitting is idempotent.
  virtual SubmitAnswer submit(const Submission& submission) = 0;
  /// All of a turn, each answered: in one call where the executor has one for many.
  virtual std::vector<SubmitAnswer> submit_all(const std::vector<Submission>& submissions);
  /// One query for all, or none where nothing is watched and nothing known to be left. What is
  /// missing in the answer is unknown. A start that follows an attempt without us (starts/start.h)
  /// is told beside the end of that attempt.
  virtual std::vector<Observation> observe(const std::vector<Watch>& watches) = 0;
  /// The bytes of the slice that can be seen now; fewer than asked for: there are no more yet.
  /// A spool that is not there, or is no file, has none.
  virtual std::string read_spool(const SpoolSlice& slice) = 0;
  /// Asks the job to stop (checkpoint, then exit). Idempotent; may be lost, and is then repeated.
  virtual void cancel(const std::string& run, const std::string& token) = 0;
  /// Writes the run's `done` or `cancelled` mark, which keeps a requeued job from starting.
  /// Idempotent; throws where it cannot be written (it is tried again next turn).
  virtual void mark(const std::string& run, const std::string& word) = 0;
  /// Takes the mark away, for a run that was cancelled and goes on. Called before each submission:
  /// done at the request instead, a crash would leave a cancelled run without its mark.
  virtual void unmark(const std::string& run) = 0;
};

}  // namespace enigma::decide
