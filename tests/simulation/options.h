// What kind of bad weather a seed brings. Everything is drawn from the seed and printed when a
// check fails.
#pragma once

#include "orchestrator/attempts/placement.h"
#include "orchestrator/decide/policy.h"
#include "tests/simulation/prng.h"

#include <cstdint>
#include <string>

namespace enigma::simulation {

struct Options {
  int64_t runs = 4, runs_later = 0;  ///< in the sweep, and added by an extended spec
  int64_t slots = 2;
  int64_t target_steps = 12, checkpoint_steps = 4;
  int64_t fault_ticks = 80;
  double tick_s = 3;
  decide::Policy policy;
  int64_t own_tries = 1;  ///< of the class code, as every second run's own rules say

  bool http = true;          ///< a report URL is given; else the spool is the only way
  bool posts_ahead = false;  ///< a worker posts each line once, whatever was acknowledged
  double report_lost = 0, report_late = 0, report_twice = 0, answer_lost = 0;
  double submit_lost = 0, submit_late = 0, submit_refused = 0;
  double cancel_lost = 0, cancel_ignored = 0;
  double mark_fails = 0;
  double worker_dies = 0, worker_hangs = 0, worker_preempted = 0, worker_lies = 0;
  double never_speaks = 0;  ///< a launched worker that says nothing
  double spool_lags = 0;    ///< the tail of a spool is not visible yet
  double line_bad = 0;      ///< a line of a spool can't be read, or is one too many
  double line_torn = 0;     ///< a dying worker's last line is not whole
  bool gives_up = false;    ///< a worker whose post is called malformed posts no more
  double empty_answer = 0;  ///< an executor that answers nothing for a while
  double hidden = 0;        ///< a job that cannot be seen or heard for a while
  double node_dies = 0;     ///< a job gone without a trace
  double crash = 0;         ///< the controller dies, before and after each call, within writes
  double power_loss = 0;    ///< … and the machine with it: unsynced writes are lost
  double disk_full = 0;
  double clock_jump = 0;
  double request = 0;  ///< a user cancels, holds or resumes something

  bool scheduler = false;   ///< jobs are a cluster's: arrays, and starts without the controller
  int64_t chain = 1;        ///< jobs that follow each other
  int64_t jobs_max = 0;     ///< that the queue takes; 0: as many as come
  double requeues = 0;      ///< a job that was stopped goes back into the queue by itself
  double stale_answer = 0;  ///< what the queue showed a while ago

  double ceiling_s = 0;        ///< device-seconds of the sweep's ceiling; 0: it has none
  bool ceiling_stops = false;  ///< … which stops runs at work
  double expected_s = 0;       ///< device-seconds of a run by its plan; 0: unknown
};

Options draw_options(Prng& prng);
std::string to_text(const Options& options);
/// What a run is submitted with; its rules stand above the house's.
attempts::Placement placement_of(const Options& options, int64_t run);
std::string name_of_run(int64_t run);
/// Whether an attempt may be taken for lost at all in this weather.
bool allows_silence(const Options& options);

}  // namespace enigma::simulation
