// A worker that trains nothing and speaks the whole protocol: for the control plane's tests, and
// for anybody who wants to try it without LibTorch (`--worker .../fake_worker`).

#include "files/atomic_file.h"
#include "orchestrator/launch/process.h"
#include "tests/fake_worker/behavior.h"
#include "tests/fake_worker/checkpoint.h"
#include "tests/fake_worker/job.h"
#include "tests/fake_worker/outbox.h"
#include "tests/fake_worker/ranks.h"
#include "worker/protocol/exit_code.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <thread>
#include <unistd.h>

namespace enigma::fake {
namespace {

using protocol::Command;
using protocol::ExitCode;

volatile std::sig_atomic_t stop_asked = 0;
void ask_stop(int) {
  stop_asked = 1;
}

double now_s() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void pass(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

struct Place {
  std::filesystem::path run = variable("ENIGMA_RUN_DIR");
  std::filesystem::path attempt = variable("ENIGMA_ATTEMPT_DIR");
};

// Misbehaves where it was told to; returns where it was not.
void misbehave(const Behavior& behavior, const Place& place, int64_t step, double fraction) {
  if (behavior.rank != ranks_of_environment().rank) { return; }
  if (behavior.first && place.attempt.filename() != "attempt-1") { return; }
  while (behavior.hang_at && fraction >= *behavior.hang_at) { pass(3600); }
  if (!behavior.die_at || fraction < *behavior.die_at) { return; }
  if (!behavior.says.empty()) { std::cerr << behavior.says << std::endl; }
  if (behavior.torn) { write_torn_checkpoint(place.attempt, step + 1); }
  if (behavior.signal != 0) { std::raise(behavior.signal); }
  std::cerr << "told to die at step " << step << std::endl;
  std::_Exit(behavior.exit);
}

protocol::Metrics metrics_at(const Job& job, int64_t step, double step_s) {
  return {step,
          step * job.windows_per_step,
          static_cast<double>(step) * job.flops_per_step,
          {{"train_loss", loss_at(job, step).train},
           {"step_s", step_s},
           {"data_wait_s", 0.1 * step_s},
           {"mfu_step", std::nullopt},
           {"windows_per_s", static_cast<double>(job.windows_per_step) / std::max(step_s, 1e-9)}}};
}

void evaluate(Outbox& outbox, const Job& job) {
  const Loss loss = loss_at(job, job.steps);
  for (const std::string& strategy : job.strategies) {
    outbox.add(protocol::Eval{job.steps, strategy, "test", loss.test, loss.baseline, 0.2, 0.01, 64},
               now_s());
  }
}

int leave_preempted(Outbox& outbox, const Place& place, int64_t step) {
  outbox.add(write_checkpoint(place.attempt, step), now_s());
  outbox.add(protocol::Preempted{step}, now_s());
  outbox.deliver(now_s());
  return static_cast<int>(ExitCode::preempted);
}

// In about fifty strides: pass the time, report, checkpoint every fifth, obey.
int train(const Job& job, const Behavior& behavior, const Place& place, Outbox& outbox) {
  int64_t step = last_checkpoint(place.run).value_or(0);
  const int64_t stride = std::max<int64_t>(1, job.steps / 50);
  const double stride_s =
      behavior.seconds * static_cast<double>(stride) / static_cast<double>(job.steps);
  outbox.add(protocol::Hello{ranks_of_environment().world, {"fake"}, "fake"}, now_s());
  for (int64_t strides = 1; step < job.steps; ++strides) {
    misbehave(behavior, place, step, static_cast<double>(step) / static_cast<double>(job.steps));
    pass(stride_s);
    step = std::min(step + stride, job.steps);
    outbox.add(metrics_at(job, step, stride_s / static_cast<double>(stride)), now_s());
    if (strides % 5 == 0) { outbox.add(write_checkpoint(place.attempt, step), now_s()); }
    const Command command = outbox.deliver(now_s());
    if (outbox.fenced()) { return static_cast<int>(ExitCode::preempted_without_checkpoint); }
    if (stop_asked != 0 || command == Command::stop) {
      return leave_preempted(outbox, place, step);
    }
    if (command == Command::checkpoint) {
      outbox.add(write_checkpoint(place.attempt, step), now_s());
    }
  }
  evaluate(outbox, job);
  outbox.add(write_checkpoint(place.attempt, job.steps), now_s());
  outbox.add(protocol::Done{job.steps, static_cast<double>(job.steps) * job.flops_per_step},
             now_s());
  outbox.deliver(now_s());
  return static_cast<int>(ExitCode::done);
}

void cut_newline(const std::filesystem::path& spool) {
  std::filesystem::resize_file(spool, std::filesystem::file_size(spool) - 1);
}

// Ranks above 0 pass the same time in silence, and leave as rank 0 does.
int follow(const Job& job, const Behavior& behavior, const Place& place) {
  constexpr double kPause_s = 0.05;
  double step = static_cast<double>(last_checkpoint(place.run).value_or(0));
  const auto steps = static_cast<double>(job.steps);
  for (;;) {
    if (const auto code = told_end(place.attempt)) { return *code; }
    misbehave(behavior, place, static_cast<int64_t>(step), step / steps);
    pass(kPause_s);
    step = std::min(steps, step + steps * kPause_s / behavior.seconds);
  }
}

int work() {
  const Place place;
  const Behavior behavior = behavior_of(variable("ENIGMA_FAKE"));
  const Job job = job_of(nlohmann::json::parse(read_file(variable("ENIGMA_POINT"))));
  if (ranks_of_environment().rank > 0) { return follow(job, behavior, place); }
  const auto self = launch::this_process();
  Outbox outbox(place.attempt, behavior.silent ? "" : variable("ENIGMA_REPORT_URL"),
                read_file(variable("ENIGMA_TOKEN_FILE")), job.run, {self.pid, 0, 0, self.start_ns});
  outbox.spoil(behavior.bad_line);
  const int code = train(job, behavior, place, outbox);
  if (behavior.cut_end) { cut_newline(place.attempt / "spool.jsonl"); }
  if (ranks_of_environment().world > 1) { tell_end(place.attempt, code); }
  return code;
}

}  // namespace
}  // namespace enigma::fake

int main() {
  std::signal(SIGTERM, enigma::fake::ask_stop);
  std::signal(SIGUSR1, enigma::fake::ask_stop);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of its write
  try {
    return enigma::fake::work();
  } catch (const nlohmann::json::exception& wrong) {
    std::cerr << "fake worker: " << wrong.what() << std::endl;
    return static_cast<int>(enigma::protocol::ExitCode::bad_point);
  } catch (const std::system_error& broken) {
    std::cerr << "fake worker: " << broken.what() << std::endl;
    const bool full = broken.code() == std::errc::no_space_on_device ||
                      broken.code() == std::errc::file_too_large;
    return static_cast<int>(full ? enigma::protocol::ExitCode::disk_full
                                 : enigma::protocol::ExitCode::fault);
  }
}
