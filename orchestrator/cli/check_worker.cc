// enigma-sweep check-worker: a worker of somebody's own is tried, and what breaks the protocol
// said.

#include "files/atomic_file.h"
#include "files/temporary_folder.h"
#include "orchestrator/cli/verbs.h"
#include "orchestrator/documents/columns.h"
#include "orchestrator/documents/unknown.h"
#include "orchestrator/serve/clock.h"
#include "orchestrator/trial/trial.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

namespace enigma::cli {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;
using documents::Json;

constexpr int64_t kStepsMax = 1'000'000'000;
constexpr size_t kPointBytesMax = size_t{64} << 20;

po::options_description known_options() {
  po::options_description options("check-worker");
  options.add_options()("program", po::value<std::string>(), "the worker")(
      "point", po::value<std::string>(), "point.json of a run (default: an invented one)")(
      "data", po::value<std::string>(), "ENIGMA_DATA of the worker (default: an empty folder)")(
      "steps", po::value<int64_t>(), "of the invented point (1000)")(
      "limit-s", po::value<double>()->default_value(120), "seconds that an attempt may take")(
      "grace-s", po::value<double>()->default_value(30), "seconds between SIGTERM and SIGKILL");
  return options;
}

[[noreturn]] void refuse(const std::string& message, const std::string& expected,
                         const std::string& found) {
  throw InputError(
      {{.file = "command line", .message = message, .expected = expected, .found = found}});
}

/// A number of seconds from a tenth to a day.
double seconds(const po::variables_map& values, const char* name) {
  const auto value = values[name].as<double>();
  if (value >= 0.1 && value <= 86400) { return value; }
  refuse(fmt::format("--{} is out of range", name), "0.1 to 86400", fmt::format("{}", value));
}

Json invented_point(const po::variables_map& values) {
  const int64_t steps = values.count("steps") != 0 ? values["steps"].as<int64_t>() : 1000;
  if (steps < 1 || steps > kStepsMax) {
    refuse("--steps is out of range", "1 to 1000000000", std::to_string(steps));
  }
  constexpr double kFlopsPerStep = 1e6;
  return {{"id", "c0ffee0000000000"},
          {"point", Json::object()},
          {"steps", steps},
          {"flops", kFlopsPerStep * static_cast<double>(steps)},
          {"flops_per_step", kFlopsPerStep},
          {"seed", 0}};
}

Json point_of(const po::variables_map& values) {
  if (values.count("point") == 0) { return invented_point(values); }
  const auto& file = values["point"].as<std::string>();
  if (values.count("steps") != 0) {
    refuse("--steps is of the invented point", "--point or --steps", "both");
  }
  if (!fs::is_regular_file(file)) { refuse("--point is no file", "point.json of a run", file); }
  Json point = documents::parsed(read_file(file, kPointBytesMax));
  const Json id = documents::member(point, "id"), steps = documents::member(point, "steps");
  if (!id.is_string() || !steps.is_number_integer() || steps < 1) {
    refuse("--point is no point", "JSON with id and steps, as RUN/point.json of a store", file);
  }
  return point;
}

fs::path program_of(const po::variables_map& values) {
  const std::string word = required(values, "program");
  if (!fs::is_regular_file(word)) { refuse("there is no such program", "a file", word); }
  return fs::absolute(word);
}

Json to_json(const trial::Checks& checks) {
  auto list = Json::array();
  for (const trial::Check& check : checks) {
    list.push_back({{"name", check.name},
                    {"ok", check.ok},
                    {"expected", check.expected},
                    {"found", documents::or_null(check.found)},
                    {"line", check.line > 0 ? Json(check.line) : Json()}});
  }
  return {{"checks", list}};
}

void print(const trial::Checks& checks) {
  size_t wrong = 0;
  for (const trial::Check& check : checks) {
    std::cout << fmt::format("{:<5}  {}\n", check.ok ? "ok" : "WRONG", check.name);
    if (check.ok) { continue; }
    ++wrong;
    const std::string where = check.line > 0 ? fmt::format(" (line {})", check.line) : "";
    std::cout << documents::wrapped("       expected: " + check.expected, 17)
              << documents::wrapped("       found: " + check.found + where, 14);
  }
  std::cout << (wrong == 0 ? "the worker keeps the protocol\n"
                           : fmt::format("{} of {} checks fail\n", wrong, checks.size()));
}

}  // namespace

int check_worker(const Invocation& invocation) {
  po::positional_options_description positional;
  positional.add("program", 1);
  const auto values =
      parse_options(invocation, "check-worker PROGRAM [options]", known_options(), positional);
  if (!values) { return kDone; }
  const TemporaryFolder folder;
  const Json point = point_of(*values);
  write_atomically(folder.path() / "point.json", point.dump());
  fs::create_directory(folder.path() / "data");
  const fs::path data = values->count("data") != 0
                            ? fs::absolute((*values)["data"].as<std::string>())
                            : folder.path() / "data";
  const trial::TrialOptions options{.worker = program_of(*values),
                                    .point = folder.path() / "point.json",
                                    .data = data,
                                    .folder = folder.path(),
                                    .run = point["id"],
                                    .steps = point["steps"],
                                    .limit_s = seconds(*values, "limit-s"),
                                    .grace_s = seconds(*values, "grace-s"),
                                    .clock_s = monotonic_s};
  const auto checks =
      trial::try_worker(options, [](const std::string& what) { std::cerr << what << " …\n"; });
  if (invocation.json) {
    print_document(invocation, to_json(checks));
  } else {
    print(checks);
  }
  return std::ranges::all_of(checks, &trial::Check::ok) ? kDone : kFault;
}

}  // namespace enigma::cli
