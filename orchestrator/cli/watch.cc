// enigma-sweep watch: the table of status until nothing runs or waits; in place on a terminal,
// elsewhere one line per change and the table at the end. It keeps a controller running, and its
// exit code is that of submit --wait.

#include "orchestrator/call/follow.h"
#include "orchestrator/call/lookup.h"
#include "orchestrator/call/progress.h"
#include "orchestrator/cli/verbs.h"
#include "orchestrator/documents/run_table.h"
#include "orchestrator/serve/ownership.h"

#include <csignal>
#include <ctime>
#include <iostream>
#include <unistd.h>

namespace enigma::cli {
namespace {

namespace po = boost::program_options;

constexpr long kLook_ns = 500'000'000;

/// Waits one look; true when Ctrl-C came meanwhile.
bool interrupted() {
  sigset_t watched;
  sigemptyset(&watched);
  sigaddset(&watched, SIGINT);
  ::sigprocmask(SIG_BLOCK, &watched, nullptr);
  const timespec look{0, kLook_ns};
  return ::sigtimedwait(&watched, nullptr, &look) > 0;
}

/// Where people look: a table drawn again in place, or lines that are added.
class Screen {
 public:
  explicit Screen(const Invocation& invocation)
      : json_(invocation.json),
        color_(invocation.color),
        in_place_(::isatty(STDOUT_FILENO) != 0 && !invocation.json) {}

  void show(const db::Store& store, const std::optional<std::string>& sweep,
            const Progress& progress) {
    const std::string line = to_text(progress, std::nullopt);
    const bool changed = line != last_;
    last_ = line;
    if (in_place_) {
      std::cout << "\x1b[H\x1b[J" << table(store, sweep) << line << std::endl;
    } else if (is_over(progress) && !json_) {
      std::cout << table(store, sweep) << line << std::endl;
    } else if (changed) {
      (json_ ? std::cerr : std::cout) << line << std::endl;
    }
  }

 private:
  std::string table(const db::Store& store, const std::optional<std::string>& sweep) const {
    return documents::run_table(documents::views(store, sweep), color_);
  }

  bool json_, color_, in_place_;
  std::string last_;
};

Exit look_until_over(const Invocation& invocation, const db::Store& store,
                     const std::optional<std::string>& sweep) {
  Screen screen(invocation);
  for (;;) {
    const auto progress = progress_of(sweep ? store.runs_of(*sweep) : store.runs(), {});
    screen.show(store, sweep, progress);
    if (is_over(progress)) { return verdict_of(progress); }
    if (const auto started = keep_controller(invocation)) { std::cerr << *started << std::endl; }
    if (interrupted()) {
      std::cerr << "interrupted: what was submitted goes on\n";
      return kInterrupted;
    }
  }
}

}  // namespace

int watch(const Invocation& invocation) {
  po::options_description options("watch");
  options.add_options()("sweep", po::value<std::string>(), "of this sweep alone");
  po::positional_options_description positional;
  positional.add("sweep", 1);
  const auto values = parse_options(invocation, "watch [SWEEP]", options, positional);
  if (!values) { return kDone; }
  const auto store = store_of(invocation);
  std::optional<std::string> sweep;
  if (values->count("sweep") > 0) { sweep = sweep_named(store, required(*values, "sweep")); }
  const Exit verdict = look_until_over(invocation, store, sweep);
  if (verdict == kInterrupted) { return verdict; }
  if (invocation.json) {
    const auto controller = read_address(std::filesystem::absolute(invocation.store));
    print_document(invocation, documents::status(store, sweep, document_of(controller)));
  }
  return verdict;
}

}  // namespace enigma::cli
