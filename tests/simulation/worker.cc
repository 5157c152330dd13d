// How a simulated worker works, reports, and comes to its end.
#include "tests/simulation/world.h"

#include <algorithm>
#include <cmath>

namespace enigma::simulation {
namespace {

/// Endings of which no word comes beforehand, as exit code and signal.
struct Death {
  int code, signal;
  bool memory_exhausted;
};
constexpr Death kDeaths[] = {{64, 0, false}, {65, 0, false}, {69, 0, false}, {70, 0, false},
                             {71, 0, false}, {72, 0, false}, {73, 0, false}, {74, 0, false},
                             {0, 0, false},  {0, 9, false},  {0, 9, true},   {0, 11, false}};

}  // namespace

void World::launch(Job& job) {
  RunFolder& folder = folders[job.run];
  job.phase = Job::Phase::running;
  job.number = ++folder.attempts;
  job.identity = {1000 + static_cast<int64_t>(prng.next() % 30000), 0, 0,
                  static_cast<int64_t>(std::llround(now * 1e3))};
  if (!folder.mark.empty()) {
    job.exit.code = 0;
    job.phase = Job::Phase::ended;
    return;
  }
  job.step = job.saved_step = folder.checkpoint_step;
  job.mute = fault(options.never_speaks);
  if (!job.mute) say(job, protocol::Hello{1, {"cpu"}, "simulated"});
}

void World::work(Job& job) {
  if (job.leaves_in) {
    if (--*job.leaves_in < 0) job.phase = Job::Phase::ended;
    return;
  }
  strike(job);
  if (!job.lives() || job.leaves_in || job.hung || job.mute) return;
  const int64_t steps = prng.between(int64_t{1}, 3);
  for (int64_t i = 0; i < steps && job.step < options.target_steps; ++i) train_one_step(job);
  if (job.step >= options.target_steps) finish(job);
}

/// What may befall a worker in one tick.
void World::strike(Job& job) {
  if (fault(options.hidden)) job.hidden_until = now + prng.between(0.0, 90.0);
  if (fault(options.worker_hangs)) job.hung = true;
  if (fault(options.node_dies)) {
    job.traceless = true;
    job.phase = Job::Phase::ended;
  } else if (fault(options.worker_dies)) {
    die(job);
  } else if (fault(options.worker_preempted)) {
    leave(job, prng.chance(0.7) ? 75 : 76, static_cast<int>(prng.between(int64_t{0}, 3)));
  }
}

void World::die(Job& job) {
  const Death& death = kDeaths[prng.next() % std::size(kDeaths)];
  if (prng.chance(0.4)) say(job, protocol::Failed{"hardware", "Xid 79: fallen off the bus"});
  job.exit.code = death.code;
  job.exit.signal = death.signal;
  job.exit.memory_exhausted = death.memory_exhausted;
  job.phase = Job::Phase::ended;
}

void World::train_one_step(Job& job) {
  ++job.step;
  const auto step = static_cast<double>(job.step);
  say(job, protocol::Metrics{
               job.step, 8 * job.step, 1e6 * step, {{"train_loss", 10 / step}, {"step_s", 1.0}}});
  if (job.step % options.checkpoint_steps == 0) save_checkpoint(job);
}

void World::finish(Job& job) {
  const bool lies = fault(options.worker_lies);
  const bool evaluates = !lies || prng.chance(0.5);
  if (evaluates) {
    save_checkpoint(job);
    say(job, protocol::Eval{job.step, "causal", "test", 1, 2, {}, {}, 4});
    say(job, protocol::Eval{job.step, "masked", "test", 1, 2, {}, {}, 4});
  }
  if (!lies || !evaluates) say(job, protocol::Done{job.step, 1e6});
  job.exit.code = 0;
  job.leaves_in = static_cast<int>(prng.between(int64_t{0}, 8));
}

void World::leave(Job& job, int code, int ticks) {
  if (code == 75 && !job.mute) save_checkpoint(job);
  if (!job.mute) say(job, protocol::Preempted{job.step});
  job.exit.code = code;
  job.leaves_in = ticks;
}

void World::save_checkpoint(Job& job) {
  if (job.saved_step == job.step) return;
  job.saved_step = job.step;
  folders[job.run].checkpoint_step = std::max(folders[job.run].checkpoint_step, job.step);
  say(job, protocol::Checkpoint{job.step, "checkpoint", 1, "0"});
}

void World::say(Job& job, protocol::Body body) {
  job.spool.push_back(
      {job.run, job.identity, static_cast<int64_t>(job.spool.size()) + 1, now, std::move(body)});
}

void World::post(Job& job) {
  if (is_hidden(job) || job.traceless) return;
  const bool ahead = faults && options.posts_ahead;
  const auto from = static_cast<size_t>(ahead ? job.posted : job.acked);
  if (from >= job.spool.size() && !job.lives()) return;
  Message message{now,
                  job.run,
                  job.token,
                  {job.spool.begin() + static_cast<std::ptrdiff_t>(from), job.spool.end()}};
  job.posted = static_cast<int64_t>(job.spool.size());
  if (fault(options.report_late)) message.at = now + prng.between(0.0, 120.0);
  if (fault(options.report_twice)) network_.push_back(message);
  if (!fault(options.report_lost)) network_.push_back(message);
}

}  // namespace enigma::simulation
