#include "tests/simulation/options.h"

#include <fmt/format.h>

namespace enigma::simulation {
namespace {

/// Half of the seeds know a fault at all, and then at most with this probability.
double rate(Prng& prng, double most) {
  return prng.chance(0.5) ? prng.between(0.0, most) : 0.0;
}

decide::Policy short_policy(Prng& prng, int64_t slots) {
  decide::Policy policy = decide::default_policy();
  policy.slots = slots;
  policy.submit_again_s = prng.between(4.0, 12.0);
  policy.never_started_s = 60;
  policy.hang_s = 90;
  policy.lease_s = 30;
  policy.look_after_s = 500;  // longer than a job can hide, time and again
  policy.cancel_again_s = 8;
  policy.linger_s = 12;
  for (auto& [failure_class, rule] : policy.retry) { rule.backoff_max_s = 40; }
  return policy;
}

void draw_scheduler(Prng& prng, Options& o) {
  o.scheduler = true;
  o.chain = prng.chance(0.4) ? prng.between(int64_t{2}, 4) : 1;
  o.jobs_max = prng.chance(0.4) ? prng.between(int64_t{1}, 3) : 0;
  o.requeues = rate(prng, 1.0);
  o.stale_answer = rate(prng, 0.5);
  o.policy.queue_max = {{"simulated", o.slots}};
}

/// Some part of what the whole sweep would take, or a little more.
void draw_ceiling(Prng& prng, Options& o) {
  const double run_s = static_cast<double>(o.target_steps) * o.tick_s;
  o.ceiling_s = static_cast<double>(o.runs) * run_s * prng.between(0.1, 1.5);
  o.ceiling_stops = prng.chance(0.5);
  o.expected_s = prng.chance(0.5) ? run_s * prng.between(0.3, 1.5) : 0;
}

}  // namespace

Options draw_options(Prng& prng) {
  Options o;
  o.runs = prng.between(int64_t{1}, 5);
  o.runs_later = prng.between(int64_t{0}, 2);
  o.slots = prng.between(int64_t{1}, 3);
  o.target_steps = prng.between(int64_t{3}, 16);
  o.checkpoint_steps = prng.between(int64_t{1}, 6);
  o.fault_ticks = prng.between(int64_t{20}, 90);
  o.tick_s = prng.between(1.0, 5.0);
  o.policy = short_policy(prng, o.slots);
  o.own_tries = prng.between(int64_t{0}, 3);
  o.http = prng.chance(0.75);
  o.posts_ahead = prng.chance(0.3);
  o.report_lost = rate(prng, 0.7);
  o.report_late = rate(prng, 0.7);
  o.report_twice = rate(prng, 0.5);
  o.answer_lost = rate(prng, 0.5);
  o.submit_lost = rate(prng, 0.5);
  o.submit_late = rate(prng, 0.5);
  o.submit_refused = rate(prng, 0.5);
  o.cancel_lost = rate(prng, 0.8);
  o.cancel_ignored = rate(prng, 0.5);
  o.mark_fails = rate(prng, 0.3);
  o.worker_dies = rate(prng, 0.5);
  o.worker_hangs = rate(prng, 0.1);
  o.worker_preempted = rate(prng, 0.3);
  o.worker_lies = rate(prng, 1.0);
  o.never_speaks = rate(prng, 0.5);
  o.spool_lags = rate(prng, 0.5);
  o.line_bad = rate(prng, 0.3);
  o.line_torn = rate(prng, 1.0);
  o.gives_up = prng.chance(0.5);
  o.empty_answer = rate(prng, 0.3);
  o.hidden = rate(prng, 0.15);
  o.node_dies = rate(prng, 0.1);
  o.crash = rate(prng, 0.1);
  o.power_loss = rate(prng, 1.0);
  o.disk_full = rate(prng, 0.1);
  o.clock_jump = rate(prng, 0.15);
  o.request = rate(prng, 0.15);
  if (prng.chance(0.5)) { draw_scheduler(prng, o); }
  if (prng.chance(0.4)) { draw_ceiling(prng, o); }
  return o;
}

std::string name_of_run(int64_t run) {
  return fmt::format("run{}", run);
}

attempts::Placement placement_of(const Options& o, int64_t run) {
  attempts::Placement placement{"/recordings", "/worker", {}};
  if (run % 2 == 1) { placement.retry["code"] = {o.own_tries, 3.0}; }
  return placement;
}

bool allows_silence(const Options& o) {
  return o.submit_lost > 0 || o.submit_late > 0 || o.submit_refused > 0 || o.empty_answer > 0 ||
         o.hidden > 0 || o.node_dies > 0;
}

std::string to_text(const Options& o) {
  return fmt::format(
      "runs {}+{} slots {} target {} checkpoint {} fault_ticks {} tick_s {:.2f} http {} "
      "posts_ahead {} gives_up {} own_tries {}\n"
      "report_lost {:.2f} report_late {:.2f} report_twice {:.2f} answer_lost {:.2f}\n"
      "submit_lost {:.2f} submit_late {:.2f} submit_refused {:.2f} cancel_lost {:.2f} "
      "cancel_ignored {:.2f} mark_fails {:.2f}\n"
      "worker_dies {:.3f} hangs {:.3f} preempted {:.3f} lies {:.2f} never_speaks {:.2f} "
      "spool_lags {:.2f} line_bad {:.2f} line_torn {:.2f}\n"
      "empty_answer {:.2f} hidden {:.3f} node_dies {:.3f} crash {:.3f} power_loss {:.2f} "
      "disk_full {:.3f} clock_jump {:.3f} request {:.3f}\n"
      "scheduler {} chain {} jobs_max {} requeues {:.2f} stale_answer {:.2f}\n"
      "ceiling_s {:.0f} stops {} expected_s {:.0f}\n",
      o.runs, o.runs_later, o.slots, o.target_steps, o.checkpoint_steps, o.fault_ticks, o.tick_s,
      o.http, o.posts_ahead, o.gives_up, o.own_tries, o.report_lost, o.report_late, o.report_twice,
      o.answer_lost, o.submit_lost, o.submit_late, o.submit_refused, o.cancel_lost,
      o.cancel_ignored, o.mark_fails, o.worker_dies, o.worker_hangs, o.worker_preempted,
      o.worker_lies, o.never_speaks, o.spool_lags, o.line_bad, o.line_torn, o.empty_answer,
      o.hidden, o.node_dies, o.crash, o.power_loss, o.disk_full, o.clock_jump, o.request,
      o.scheduler, o.chain, o.jobs_max, o.requeues, o.stale_answer, o.ceiling_s, o.ceiling_stops,
      o.expected_s);
}

}  // namespace enigma::simulation
