// A run and its attempts, as remembered. Plain data: rules that change it live in
// orchestrator/decide, rows that hold it in db/store.
#pragma once

#include "worker/protocol/exit_code.h"
#include "worker/protocol/report.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace enigma::db {

/// Seconds since the epoch (UTC). Time is always an argument.
using Time = double;

/// The keys of the contract's `counts`. Legal moves: orchestrator/decide/transition.h.
enum class State { waiting, running, held, done, failed, cancelled };
std::string_view name_of(State state);
std::optional<State> state_named(std::string_view name);
/// Done, failed and cancelled are left by nothing but a request of the user (done: by nothing).
bool is_terminal(State state);

/// What is wanted of a run: by the user's request, or held by a ceiling of its sweep (wanted_by).
enum class Wanted { run, cancel, hold };
std::string_view name_of(Wanted wanted);
std::optional<Wanted> wanted_named(std::string_view name);

/// What a worker said that matters to decisions (metrics are rows of their own).
struct Progress {
  int64_t step = 0;
  double flops = 0;
  std::optional<int64_t> evaluated_step;  ///< last step with a committed eval
  std::optional<int64_t> checkpoint_step;
  Time reported_at = 0;  ///< when the last report was received (controller's clock)
  Time said_at = 0;      ///< `at` of the last report (worker's clock)
  bool operator==(const Progress&) const = default;
};

/// How an attempt ended: the class and the evidence that decided it.
struct Ending {
  std::optional<protocol::FailureClass> failure_class;  ///< none = done or cancelled
  /// exit_file | report | signal | launcher | silence | timeout
  std::string evidence_source;
  std::string evidence_line;
  std::optional<int> exit_code;
  Time at = 0;
  std::string node = {};  ///< that its root cause names; empty: none is named
  bool operator==(const Ending&) const = default;
};

/// A class of failure and the line that decided it, before the attempt has ended.
struct Verdict {
  protocol::FailureClass failure_class = protocol::FailureClass::code;
  std::string line;
  bool operator==(const Verdict&) const = default;
};

/// One submission to an executor. `token` is unique per submission and saved before it is made;
/// `number` is the attempt's folder, known once the launcher has made it.
struct Attempt {
  std::string token;
  std::string executor;  ///< local | slurm | simulated
  std::optional<int64_t> number;
  std::optional<int64_t> launcher_pid, launcher_start_ns;  ///< with the token: how it is adopted
  std::optional<protocol::Identity> identity;              ///< from the worker's hello
  int64_t seq = 0;  ///< highest committed report: acknowledgement and fence
  Time submitted_at = 0;
  std::optional<Time> started_at, ended_at;
  std::optional<int64_t> first_step, resumed_from_step;
  Progress progress;
  std::optional<Ending> ending;
  std::string revision;
  int64_t world = 1;                      ///< ranks, as the worker's hello said
  std::vector<std::string> devices;       ///< as the worker's hello said
  std::vector<std::string> nodes;         ///< that its ranks run on, as the executor saw
  std::vector<int64_t> checkpoint_steps;  ///< committed checkpoints, in order of report
  Time tried_at = 0;                      ///< last time its submission was made
  std::optional<Time> launched_at;        ///< first time the executor saw it run
  std::optional<Time> seen_at;    ///< last time the executor saw it wait or run (kept coarsely)
  std::optional<Time> cancel_at;  ///< last time its cancellation was asked for
  std::optional<Verdict> said_failure;  ///< the worker's own `failed` report
  std::optional<Verdict> condemned;     ///< why the controller stops it (hang, never started)
  /// Its end was seen in the world. An ending without this was inferred from silence: the process
  /// may still live, cannot count any more, and is cancelled wherever it shows itself.
  bool gone = false;
  bool operator==(const Attempt&) const = default;
};

/// One run: the point's id, what is wanted, where it stands.
struct Run {
  std::string id;
  int64_t target_step = 0;
  int64_t priority = 0;
  int64_t position = 0;            ///< order of submission: ties of priority
  int64_t slots = 1;               ///< that it takes of the executor's (ranks, locally)
  std::string executor = "local";  ///< of its next attempt: local | slurm | simulated

  Wanted wanted = Wanted::run;
  std::string wanted_by;  ///< why it is held, where no user has asked for it; empty: on request
  State state = State::waiting;
  std::string why;                ///< why it stands where it stands, in words
  Time retry_at = 0;              ///< waiting: not before
  std::vector<Attempt> attempts;  ///< the last one is current
  /// Failures so far by class name, as the retry rules count them.
  std::map<std::string, int64_t> failures;
  /// Nothing is left to do for it: it is terminal, its processes are gone, its mark is written.
  bool settled = false;
  bool operator==(const Run&) const = default;
};

/// Whether the last attempt has been submitted and has not ended.
bool has_live_attempt(const Run& run);
/// Whether the worker of an ended attempt may have written on: its end was told by a scheduler, or
/// inferred from silence and never seen.
bool may_have_written_on(const Attempt& attempt);
/// The attempt of this token, or nullptr.
const Attempt* attempt_of(const Run& run, std::string_view token);
/// Seconds between the worker's first and last word, on the worker's clock; 0 before the first.
double wall_s(const Attempt& attempt);
double wall_s(const Run& run);

/// Something that happened, for people; the table is append-only.
struct Event {
  int64_t id = 0;  ///< given by the store, rising
  Time at = 0;
  std::string run;  ///< empty: of the whole store
  std::string kind;
  std::string text;
  bool operator==(const Event&) const = default;
};

}  // namespace enigma::db
