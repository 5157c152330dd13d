// enigma-sweep logs: what a worker said on its standard output and error.

#include "db/store.h"
#include "orchestrator/call/lookup.h"
#include "orchestrator/call/progress.h"
#include "orchestrator/cli/verbs.h"
#include "orchestrator/launch/attempt_folder.h"
#include "orchestrator/serve/ownership.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <thread>

namespace enigma::cli {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

constexpr auto kLook = std::chrono::milliseconds(200);

po::options_description known_options() {
  po::options_description options("logs");
  options.add_options()("run", po::value<std::string>(), "run (the first digits will do)")(
      "attempt", po::value<int64_t>(), "number of the attempt (default: the last one)")(
      "follow", po::bool_switch(), "go on until the attempt has ended");
  return options;
}

std::string run_folder(const Invocation& invocation, const std::string& run) {
  return (invocation.store / "runs" / run).string();
}

/// The launcher claims the number; the store has it from the controller's next turn on.
std::optional<int64_t> last_attempt(const Invocation& invocation, const db::Store& store,
                                    const std::string& run) {
  const auto row = store.run(run);
  const auto& attempts = row->run.attempts;
  for (auto attempt = attempts.rbegin(); attempt != attempts.rend(); ++attempt) {
    if (attempt->number) { return attempt->number; }
    const auto claim = launch::read_claim(run_folder(invocation, run), attempt->token);
    if (claim && claim->attempt) { return claim->attempt; }
  }
  return std::nullopt;
}

fs::path attempt_folder(const Invocation& invocation, const std::string& run, int64_t number) {
  return launch::attempt_path(run_folder(invocation, run), number);
}

int not_started(const Invocation& invocation, const db::Store& store, const std::string& run) {
  const bool lives = read_address(fs::absolute(invocation.store)).has_value();
  return not_found(invocation, "run " + run + " has not been started yet",
                   stranded_text(progress_of({store.run(run)->run}, {}), lives));
}

/// Copies what the log has from `from` on; gives where it ended.
std::streamoff copy_from(const fs::path& log, std::streamoff from) {
  std::ifstream file(log, std::ios::binary);
  file.seekg(from);
  std::string part(size_t{1} << 16, '\0');
  while (file.read(part.data(), static_cast<std::streamsize>(part.size())) || file.gcount() > 0) {
    std::cout.write(part.data(), file.gcount());
    from += file.gcount();
  }
  std::cout.flush();
  return from;
}

bool has_ended(const db::Store& store, const std::string& run, int64_t number) {
  const auto row = store.run(run);
  const auto& attempts = row->run.attempts;
  const auto attempt = std::find_if(attempts.begin(), attempts.end(),
                                    [&](const auto& one) { return one.number == number; });
  return attempt != attempts.end() && attempt->ended_at.has_value();
}

/// Until the attempt has ended. A launcher that died leaves no exit file: then the controller tells
/// the end, and without one nobody would.
Exit follow(const Invocation& invocation, const db::Store& store, const std::string& run,
            int64_t number, std::streamoff from) {
  const fs::path folder = attempt_folder(invocation, run, number);
  for (;;) {
    // Asked first: the log is then read to its end.
    const bool ended = fs::exists(folder / "exit.json") || has_ended(store, run, number);
    const bool told = ended || read_address(fs::absolute(invocation.store));
    from = copy_from(folder / "worker.log", from);
    if (ended) { return kDone; }
    if (!told) { break; }
    std::this_thread::sleep_for(kLook);
  }
  std::cerr << fmt::format(
      "no controller is running, so the end of attempt {} would not be noticed: "
      "'enigma-sweep watch' starts one\n",
      number);
  return kNoController;
}

}  // namespace

int logs(const Invocation& invocation) {
  po::positional_options_description positional;
  positional.add("run", 1);
  const auto values = parse_options(invocation, "logs RUN [options]", known_options(), positional);
  if (!values) { return kDone; }
  const std::string name = required(*values, "run");
  const auto store = store_of(invocation);
  const std::string run = run_named(store, name);
  const auto number = values->count("attempt") != 0
                          ? std::optional((*values)["attempt"].as<int64_t>())
                          : last_attempt(invocation, store, run);
  if (!number) { return not_started(invocation, store, run); }
  const fs::path log = attempt_folder(invocation, run, *number) / "worker.log";
  if (!fs::exists(log)) {
    return not_found(invocation, fmt::format("attempt {} of run {} has no log", *number, run));
  }
  const auto end = copy_from(log, 0);
  if (!(*values)["follow"].as<bool>()) { return kDone; }
  return follow(invocation, store, run, *number, end);
}

}  // namespace enigma::cli
