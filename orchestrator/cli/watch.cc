// enigma-sweep watch: the table of status until nothing runs or waits; in place on a terminal,
// one line per change elsewhere. Its exit code is that of submit --wait.

#include "orchestrator/cli/lookup.h"
#include "orchestrator/cli/progress.h"
#include "orchestrator/cli/verbs.h"
#include "orchestrator/documents/run_table.h"

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

}  // namespace

int watch(const Invocation& invocation) {
  po::options_description options("watch");
  options.add_options()("sweep", po::value<std::string>(), "of this sweep alone");
  po::positional_options_description positional;
  positional.add("sweep", 1);
  const auto values = parse_options(invocation, "watch [SWEEP]", options, positional);
  if (!values) return kDone;
  const auto store = store_of(invocation);
  std::optional<std::string> sweep;
  if (values->count("sweep") > 0) sweep = sweep_named(store, required(*values, "sweep"));
  const bool terminal = ::isatty(STDOUT_FILENO) != 0 && !invocation.json;
  std::string last;
  for (;;) {
    const auto progress = progress_of(sweep ? store.runs_of(*sweep) : store.runs(), {});
    const std::string line = to_text(progress, std::nullopt);
    if (terminal) {
      std::cout << "\x1b[H\x1b[J"
                << documents::run_table(documents::views(store, sweep), invocation.color) << line
                << std::endl;
    } else if (line != last) {
      (invocation.json ? std::cerr : std::cout) << line << std::endl;
    }
    last = line;
    if (is_over(progress)) break;
    if (interrupted()) {
      std::cerr << "interrupted: what was submitted goes on\n";
      return kInterrupted;
    }
  }
  if (invocation.json) print_document(invocation, documents::status(store, sweep));
  return verdict_of(progress_of(sweep ? store.runs_of(*sweep) : store.runs(), {}));
}

}  // namespace enigma::cli
