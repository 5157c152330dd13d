// A run and its attempts, as remembered. Plain data: rules that change it live in
// orchestrator/decide, rows that hold it in db/store.
#pragma once

#include "worker/protocol/exit_code.h"
#include "worker/protocol/report.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace enigma::db {

/// Seconds since the epoch (UTC). Time is always an argument.
using Time = double;

/// The keys of the contract's `counts`. Legal moves: orchestrator/decide/transition.h.
enum class State { waiting, running, held, done, failed, cancelled };
std::string_view name_of(State state);

/// What the user wants of a run; written only by requests.
enum class Wanted { run, cancel };

/// What a worker said that matters to decisions (metrics are rows of their own).
struct Progress {
  int64_t step = 0;
  double flops = 0;
  std::optional<int64_t> evaluated_step;  ///< last step with a committed eval
  std::optional<int64_t> checkpoint_step;
  Time reported_at = 0;
};

/// How an attempt ended: the class and the evidence that decided it.
struct Ending {
  std::optional<protocol::FailureClass> failure_class;  ///< none = done or cancelled
  std::string evidence_source;                          ///< exit_file | report | signal | launcher
  std::string evidence_line;
  std::optional<int> exit_code;
  Time at = 0;
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
};

/// One run: the point's id, what is wanted, where it stands.
struct Run {
  std::string id;
  int64_t target_step = 0;
  double device_hours_estimate = 0;
  int64_t priority = 0;
  int64_t position = 0;  ///< order of submission: ties of priority

  Wanted wanted = Wanted::run;
  State state = State::waiting;
  std::string why;            ///< why it stands where it stands, in words
  Time retry_at = 0;          ///< waiting: not before
  std::vector<Attempt> attempts;  ///< the last one is current
  /// Failures so far by class name, as the retry rules count them.
  std::map<std::string, int64_t> failures;
};

}  // namespace enigma::db
