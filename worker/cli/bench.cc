// enigma-worker bench: what a machine can do at most, and what limits a run on it.
#include "files/temporary_folder.h"
#include "worker/bench/collective_times.h"
#include "worker/bench/limit.h"
#include "worker/bench/memory_rate.h"
#include "worker/bench/step_times.h"
#include "worker/cli/bench_text.h"
#include "worker/cli/families.h"
#include "worker/cli/local_ranks.h"
#include "worker/cli/trained.h"
#include "worker/cli/verbs.h"
#include "worker/ending.h"
#include "worker/join.h"

#include <ATen/Parallel.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <unistd.h>
#include <utility>
#include <vector>

namespace enigma::worker {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int64_t kStepsMax = 100'000, kRanksMax = 1024;
const volatile std::sig_atomic_t kGoOn = 0;

po::options_description options() {
  po::options_description known("Options");
  known.add_options()("point", po::value<std::string>(),
                      "point.json of a run, to take steps of; needs --data")(
      "data", po::value<std::string>(), "folder of recordings")(
      "steps", po::value<int64_t>()->default_value(20), "to measure")(
      "ranks", po::value<int64_t>()->default_value(1),
      "processes on this machine; under srun: one a task")(
      "dir", po::value<std::string>(),
      "empty folder that all ranks see, where they meet (under srun)")("json", po::bool_switch(),
                                                                       "one JSON object");
  return known;
}

int64_t bounded(const po::variables_map& values, const char* name, int64_t most) {
  const auto value = values[name].as<int64_t>();
  if (value >= 1 && value <= most) { return value; }
  throw InputError({{.file = "command line",
                     .message = std::string("--") + name + " is out of range",
                     .expected = "a whole number from 1 to " + std::to_string(most),
                     .found = std::to_string(value)}});
}

struct Request {
  std::optional<sweeps::PointFile> file;
  fs::path data;
  int64_t steps = 20, local_ranks = 1;
  std::optional<fs::path> folder;
};

Request request_of(const po::variables_map& values) {
  Request request{.steps = bounded(values, "steps", kStepsMax),
                  .local_ranks = bounded(values, "ranks", kRanksMax)};
  if (values.count("dir") > 0) { request.folder = values["dir"].as<std::string>(); }
  if (values.count("point") == 0) { return request; }
  request.file = read_point_file(values["point"].as<std::string>());
  request.data = cli::required(values, "data");
  return request;
}

/// This process among the ranks. Those that `--ranks` has started find theirs in the environment.
Environment environment_of(const Request& request, const fs::path& own_folder) {
  Environment environment =
      read_rank_environment([](const char* name) { return std::getenv(name); }, ::getpid());
  if (request.local_ranks > 1 && std::getenv("ENIGMA_RANK") == nullptr) {
    environment.rank = 0;
    environment.world = request.local_ranks;
  } else if (environment.world > 1 && !request.folder) {
    refuse("command line", "the ranks have no folder to meet in", "--dir DIR that all of them see");
  }
  environment.run = "bench";
  environment.attempt_dir = request.folder.value_or(own_folder);
  environment.run_dir = environment.attempt_dir;
  environment.data = request.data;
  return environment;
}

Json json_of(const TimeSplit& times) {
  return {{"step_s", times.total_s},
          {"forward_s", times.forward_s},
          {"backward_s", times.backward_s},
          {"communication_exposed_s", times.communication_exposed_s},
          {"optimizer_s", times.optimizer_s},
          {"data_wait_s", times.data_wait_s},
          {"other_s", times.other_s()}};
}

/// Of float32 and bfloat16, in this order.
Json ceilings() {
  Json document;
  for (const auto& [name, type] : {std::pair("float32", at::kFloat), {"bfloat16", at::kBFloat16}}) {
    document["matmul"].push_back({{"dtype", name}, {"flops_per_s", matmul_flops_per_s(type)}});
  }
  document["memory_bytes_per_s"] = memory_bytes_per_s();
  return document;
}

Json json_of(const std::vector<CollectiveTime>& times) {
  auto list = Json::array();
  for (const auto& [op, bytes, seconds] : times) {
    list.push_back({{"op", op}, {"bytes", bytes}, {"seconds", seconds}});
  }
  return list;
}

/// Of a run: its steps, and what follows from them.
void add_steps(Json& document, const Environment& environment, const Request& request,
               const Device& device, parallel::Collectives& collectives) {
  const sweeps::PointFile& file = *request.file;
  check_lanes(environment, file.point);
  Reporter reporter(environment);
  Training training(environment, file, device, reporter, kGoOn, collectives, family_of(file.point));
  const StepTimes times = measure_steps(training, request.steps);
  const auto world = static_cast<double>(environment.world);
  document["loader_windows_per_s"] = times.loader_windows_per_s;
  document["attention_backend"] = times.attention;
  document["step"] = json_of(times.per_step);
  document["limit"] = name_of(limit_of(times.per_step));
  document["steps"] = times.steps;
  document["windows_per_s"] = times.windows_per_s;
  document["mfu_step"] = times.flops / times.per_step.total_s / (device.peak_flops_per_s * world);
  document["run_steps"] = file.steps;
  document["run_s"] = times.per_step.total_s * static_cast<double>(file.steps);
}

Json document_of(const Environment& environment, const Request& request) {
  const bool narrow = request.file && request.file->point.precision == sweeps::Precision::bfloat16;
  // All ranks measure at the same time: what they share of a machine, they share in training, too.
  const auto collectives = join(environment);
  Json document = ceilings();
  const Device device = cpu(narrow ? at::kBFloat16 : at::kFloat,
                            document["matmul"][narrow ? 1 : 0]["flops_per_s"].get<double>());
  document["device"] = device.text;
  document["ranks"] = environment.world;
  document["collectives"] = json_of(collective_times(*collectives));
  for (const char* key : {"loader_windows_per_s", "attention_backend", "step", "limit"}) {
    document[key] = nullptr;
  }
  if (request.file) { add_steps(document, environment, request, device, *collectives); }
  return document;
}

/// Those of this call, for the other ranks, which have to know where to meet.
std::vector<std::string> args_of(const cli::Call& call, const Request& request,
                                 const Environment& environment) {
  std::vector<std::string> args{call.verb};
  args.insert(args.end(), call.args.begin(), call.args.end());
  if (!request.folder) { args.insert(args.end(), {"--dir", environment.attempt_dir.string()}); }
  return args;
}

}  // namespace

int bench(const cli::Call& called) {
  const auto values = cli::parse_options(called, "bench [options]", options());
  if (!values) { return cli::kDone; }
  const Request request = request_of(*values);
  const TemporaryFolder own_folder;
  try {
    const Environment environment = environment_of(request, own_folder.path());
    at::set_num_threads(static_cast<int>(environment.threads));
    std::optional<LocalRanks> others;
    if (environment.rank == 0 && request.local_ranks > 1) {
      others.emplace(args_of(called, request, environment), environment.world);
    }
    const Json document = document_of(environment, request);
    if (others) { others->wait(); }
    if (environment.rank > 0) { return cli::kDone; }
    if ((*values)["json"].as<bool>()) {
      cli::print_document(called, document);
    } else {
      std::fputs(text_of_bench(document).c_str(), stdout);
    }
  } catch (const Ending& ending) { refuse("bench", ending.what(), "a run that can begin here"); }
  return cli::kDone;
}

}  // namespace enigma::worker
