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
  job.exit.number = job.number;
  job.identity = {1000 + static_cast<int64_t>(prng.next() % 30000), 0, 0,
                  static_cast<int64_t>(std::llround(now * 1e3))};
  if (!folder.mark.empty()) {
    job.exit.code = 0;
    job.exit.number.reset();
    job.phase = Job::Phase::ended;
    return;
  }
  job.step = job.saved_step = folder.checkpoint_step;
  job.mute = fault(options.never_speaks);
  if (!job.mute) { say(job, protocol::Hello{1, {"cpu"}, "simulated"}); }
}

/// Its launcher finds the run's lease taken by a later one. Who posts is told so by the controller.
bool World::is_fenced(const Job& job) {
  return job.mute && !is_hidden(job) && folders[job.run].attempts > job.number;
}

void World::work(Job& job) {
  if (job.leaves_in) {
    if (--*job.leaves_in < 0) { job.phase = Job::Phase::ended; }
    return;
  }
  strike(job);
  if (is_fenced(job)) {
    job.exit.signal = 9;
    job.phase = Job::Phase::ended;
  }
  if (!job.lives() || job.leaves_in || job.hung || job.mute) { return; }
  const int64_t steps = prng.between(int64_t{1}, 3);
  for (int64_t i = 0; i < steps && job.step < options.target_steps; ++i) { train_one_step(job); }
  if (job.step >= options.target_steps) { finish(job); }
}

/// What may befall a worker in one tick.
void World::strike(Job& job) {
  if (fault(options.hidden)) { job.hidden_until = now + prng.between(0.0, 90.0); }
  if (fault(options.worker_hangs)) { job.hung = true; }
  if (fault(options.node_dies)) {
    job.traceless = true;
    job.exit.cause = protocol::FailureClass::preempted;
    say_the_last(job);
    job.phase = Job::Phase::ended;
  } else if (fault(options.worker_dies)) {
    die(job);
  } else if (fault(options.worker_preempted)) {
    leave(job, prng.chance(0.7) ? 75 : 76, static_cast<int>(prng.between(int64_t{0}, 3)));
  }
}

void World::die(Job& job) {
  const Death& death = kDeaths[prng.next() % std::size(kDeaths)];
  if (prng.chance(0.4)) { say(job, protocol::Failed{"hardware", "Xid 79: fallen off the bus"}); }
  say_the_last(job);
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
  if (job.step % options.checkpoint_steps == 0) { save_checkpoint(job); }
}

void World::finish(Job& job) {
  const bool lies = fault(options.worker_lies);
  const bool evaluates = !lies || prng.chance(0.5);
  if (evaluates) {
    save_checkpoint(job);
    say(job, protocol::Eval{job.step, "causal", "test", 1, 2, {}, {}, 4});
    say(job, protocol::Eval{job.step, "masked", "test", 1, 2, {}, {}, 4});
  }
  if (!lies || !evaluates) { say(job, protocol::Done{job.step, 1e6}); }
  job.exit.code = 0;
  job.leaves_in = static_cast<int>(prng.between(int64_t{0}, 8));
}

void World::leave(Job& job, int code, int ticks) {
  if (code == 75 && !job.mute) { save_checkpoint(job); }
  if (!job.mute) { say(job, protocol::Preempted{job.step}); }
  job.exit.code = code;
  job.leaves_in = ticks;
}

void World::save_checkpoint(Job& job) {
  if (job.saved_step == job.step) { return; }
  job.saved_step = job.step;
  folders[job.run].checkpoint_step = std::max(folders[job.run].checkpoint_step, job.step);
  say(job, protocol::Checkpoint{job.step, "checkpoint", 1, "0"});
}

namespace {

void replace(std::string& text, const std::string& old, const std::string& with) {
  if (const size_t at = text.find(old); at != std::string::npos) {
    text.replace(at, old.size(), with);
  }
}

}  // namespace

void World::write(Job& job, const std::string& line, int64_t seq, bool told) {
  job.spool += line;
  job.lines.push_back({static_cast<int64_t>(job.spool.size()), seq, told});
}

void World::say(Job& job, protocol::Body body) {
  protocol::Report report{job.run, job.identity, static_cast<int64_t>(job.said.size()) + 1, now,
                          std::move(body)};
  std::string line = protocol::to_line(report) + "\n";
  Said& said = job.said.emplace_back(Said{std::move(report), std::move(line), true});
  if (fault(options.line_bad)) { return say_badly(job, said); }
  write(job, said.line, said.report.seq, false);
}

/// What becomes of lines: unreadable ones take the place of a report, others stand beside it.
void World::say_badly(Job& job, Said& said) {
  const std::string good = said.line;
  const auto form = prng.between(int64_t{0}, 7);
  if (form == 0) { said.line = good.substr(0, good.size() / 2) + "\n"; }
  if (form == 1) { said.line = std::string("\xff\x00{\xc3\x28", 5) + "\n"; }
  if (form == 2) { said.line.insert(good.find("\"at\":") + 5, "NaN,\"was\":"); }
  if (form == 3 && prng.chance(0.1)) { said.line.insert(0, protocol::kLineBytesMax, '['); }
  if (form == 4) { write(job, "warning: not meant for this file\n", 0, true); }
  if (form == 5) { write(job, "\n", 0, false); }
  if (form == 7) { replace(said.line, "\"step_s\":1.0", "\"step_s\":NaN"); }
  const auto parsed = protocol::parse_line(said.line);
  said.readable = parsed.report.has_value();
  write(job, said.line, said.readable ? said.report.seq : 0, !parsed.why.empty());
  if (form == 6) { write(job, said.line, 0, true); }
}

/// Death finds it writing: the newline is missing, or more.
void World::say_the_last(Job& job) {
  if (job.mute || !fault(options.line_torn)) { return; }
  say(job, protocol::Skipped{job.step + 1, job.step + 1, "the last words"});
  Said& said = job.said.back();
  if (job.lines.back().seq != said.report.seq) { return; }
  job.spool.pop_back();
  if (said.readable && prng.chance(0.5)) {
    job.spool.resize(job.spool.size() - said.line.size() / 2);
    said.readable = false;
    job.lines.back().seq = 0;
    job.lines.back().told = true;
  }
  job.lines.back().end = static_cast<int64_t>(job.spool.size());
}

void World::post(Job& job) {
  if (is_hidden(job) || job.traceless) { return; }
  if (job.refused && (options.gives_up || !job.lives())) { return; }
  const bool ahead = faults && options.posts_ahead;
  const auto from = static_cast<size_t>(ahead ? job.posted : job.acked);
  if (from >= job.said.size() && !job.lives()) { return; }
  Message message{now, job.run, job.token, ""};
  for (size_t i = from; i < job.said.size(); ++i) { message.body += job.said[i].line; }
  job.posted = static_cast<int64_t>(job.said.size());
  if (message.body.empty()) { return; }
  if (fault(options.report_late)) { message.at = now + prng.between(0.0, 120.0); }
  if (fault(options.report_twice)) { network_.push_back(message); }
  if (!fault(options.report_lost)) { network_.push_back(message); }
}

}  // namespace enigma::simulation
