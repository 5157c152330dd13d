#include "orchestrator/call/follow.h"

#include "orchestrator/call/background.h"
#include "orchestrator/call/progress.h"
#include "orchestrator/serve/clock.h"

#include <fmt/format.h>

#include <csignal>
#include <ctime>
#include <iostream>
#include <unistd.h>

namespace enigma::cli {
namespace {

constexpr long kLook_ns = 300'000'000;

std::map<std::string, double> flops_of(const db::Store& store, const std::string& sweep) {
  std::map<std::string, double> flops;
  for (const db::Membership& member : store.memberships(sweep)) {
    const auto plan = nlohmann::json::parse(member.plan, nullptr, false);
    const auto known = plan.is_object() ? plan.find("flops") : plan.end();
    if (plan.is_object() && known != plan.end() && known->is_number()) {
      flops[member.run] = known->get<double>();
    }
  }
  return flops;
}

/// Blocks Ctrl-C, so that it is noticed between two looks and nowhere else.
class Interrupts {
 public:
  Interrupts() {
    sigemptyset(&watched_);
    sigaddset(&watched_, SIGINT);
    sigaddset(&watched_, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &watched_, &before_);
  }
  ~Interrupts() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;
  /// True when one came within the time of a look.
  bool within_a_look() const {
    const timespec look{0, kLook_ns};
    return ::sigtimedwait(&watched_, nullptr, &look) > 0;
  }

 private:
  sigset_t watched_, before_;
};

class Teller {
 public:
  void tell(const std::string& line, const std::string& key) {
    if (terminal_) {
      std::cerr << "\r\x1b[K" << line << std::flush;
    } else if (key != last_) {
      std::cerr << line << std::endl;
    }
    last_ = key;
  }
  void end_line() const {
    if (terminal_ && !last_.empty()) { std::cerr << std::endl; }
  }

 private:
  bool terminal_ = ::isatty(STDERR_FILENO) != 0;
  std::string last_;
};

}  // namespace

std::optional<std::string> keep_controller(const Invocation& invocation) {
  if (read_address(std::filesystem::absolute(invocation.store))) { return std::nullopt; }
  const Found found = ensure_controller(invocation);
  if (!found.started) { return std::nullopt; }
  return fmt::format("no controller was running; started another: pid {}, {}",
                     found.address.process.pid, found.address.url);
}

int follow(const Invocation& invocation, const std::string& sweep) {
  const auto store = db::Store::open_read_only(invocation.store / "runs.db");
  const auto flops = flops_of(store, sweep);
  const Interrupts interrupts;
  const Progress first = progress_of(store.runs_of(sweep), flops);
  const double from_s = monotonic_s();
  Teller teller;
  for (;;) {
    const Progress now = progress_of(store.runs_of(sweep), flops);
    teller.tell(to_text(now, time_left_s(first, now, monotonic_s() - from_s)),
                to_text(now, std::nullopt));
    if (is_over(now)) {
      teller.end_line();
      return verdict_of(now);
    }
    if (interrupts.within_a_look()) {
      teller.end_line();
      std::cerr << "interrupted: what was submitted goes on ('enigma-sweep status' shows it, "
                   "'enigma-sweep cancel "
                << sweep << "' stops it)\n";
      return kInterrupted;
    }
    if (const auto started = keep_controller(invocation)) {
      teller.end_line();
      std::cerr << *started << "\n";
    }
  }
}

}  // namespace enigma::cli
