// enigma-sweep logs: what a worker said on its standard output and error.

#include "db/store.h"
#include "orchestrator/cli/lookup.h"
#include "orchestrator/cli/verbs.h"
#include "orchestrator/launch/attempt_folder.h"

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

std::optional<int64_t> last_attempt(const db::Store& store, const std::string& run) {
  const auto row = store.run(run);
  for (auto attempt = row->run.attempts.rbegin(); attempt != row->run.attempts.rend(); ++attempt) {
    if (attempt->number) return attempt->number;
  }
  return std::nullopt;
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

void follow(const fs::path& folder, std::streamoff from) {
  for (bool ended = false; !ended;) {
    ended = fs::exists(folder / "exit.json");  // asked first: the log is then read to its end
    from = copy_from(folder / "worker.log", from);
    if (!ended) std::this_thread::sleep_for(kLook);
  }
}

}  // namespace

int logs(const Invocation& invocation) {
  po::positional_options_description positional;
  positional.add("run", 1);
  const auto values = parse_options(invocation, "logs RUN [options]", known_options(), positional);
  if (!values) return kDone;
  const std::string name = required(*values, "run");
  const auto store = store_of(invocation);
  const std::string run = run_named(store, name);
  const auto number = values->count("attempt") != 0
                          ? std::optional((*values)["attempt"].as<int64_t>())
                          : last_attempt(store, run);
  if (!number) return not_found(invocation, "run " + run + " has not been started yet");
  const fs::path folder = launch::attempt_path((invocation.store / "runs" / run).string(), *number);
  if (!fs::exists(folder / "worker.log")) {
    return not_found(invocation, fmt::format("attempt {} of run {} has no log", *number, run));
  }
  const auto end = copy_from(folder / "worker.log", 0);
  if ((*values)["follow"].as<bool>()) follow(folder, end);
  return kDone;
}

}  // namespace enigma::cli
