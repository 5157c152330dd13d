// enigma-worker bench: what a machine can do at most, and what limits a run on it.
#include "files/temporary_folder.h"
#include "worker/bench/collective_times.h"
#include "worker/bench/limit.h"
#include "worker/bench/memory_rate.h"
#include "worker/bench/step_model.h"
#include "worker/bench/step_times.h"
#include "worker/cli/bench_text.h"
#include "worker/cli/families.h"
#include "worker/cli/local_ranks.h"
#include "worker/cli/trained.h"
#include "worker/cli/verbs.h"
#include "worker/ending.h"
#include "worker/join.h"
#include "worker/progress.h"
#include "worker/run_trace.h"

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
      "empty folder that all ranks see, where they meet (under srun)")(
      "latency-s", po::value<double>(),
      "of the network to simulate the step on; with --bytes-per-s. Else: as measured here")(
      "bytes-per-s", po::value<double>(), "of one of its links")(
      "trace", po::value<std::string>(),
      "file for the parts of the steps, for Chrome's and Perfetto's viewers")(
      "json", po::bool_switch(), "one JSON object");
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

double positive(const po::variables_map& values, const char* name) {
  if (values.count(name) > 0 && values[name].as<double>() > 0) { return values[name].as<double>(); }
  throw InputError(
      {{.file = "command line",
        .message = "a network has a latency and a bandwidth",
        .expected = std::string("--") + name + " above 0, beside the other of the two",
        .found = values.count(name) == 0 ? "none" : std::to_string(values[name].as<double>())}});
}

std::optional<parallel::Network> stated_network(const po::variables_map& values) {
  if (values.count("latency-s") + values.count("bytes-per-s") == 0) { return std::nullopt; }
  return parallel::Network{positive(values, "latency-s"), positive(values, "bytes-per-s")};
}

struct Request {
  std::optional<sweeps::PointFile> file;
  fs::path data;
  int64_t steps = 20, local_ranks = 1;
  std::optional<fs::path> folder;
  std::optional<parallel::Network> network;
  fs::path trace;
};

Request request_of(const po::variables_map& values) {
  Request request{.steps = bounded(values, "steps", kStepsMax),
                  .local_ranks = bounded(values, "ranks", kRanksMax),
                  .network = stated_network(values)};
  if (values.count("trace") > 0) { request.trace = values["trace"].as<std::string>(); }
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
  environment.trace = request.trace;
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

/// Shares of the peak, and what they are of.
void add_utilisation(Json& document, const StepTimes& times, const Device& device, int64_t world) {
  const Utilisation used = utilisation(times.flops, times.per_step.total_s, peak_of(device, world));
  const auto number = [](const std::optional<double>& value) {
    return value ? Json(*value) : Json();
  };
  document["mfu_step"] = number(used.mfu);
  document["mfu_step_masked"] = number(used.mfu_masked);
  document["hardware_utilisation"] = number(used.hardware);
  document["mfu_basis"] = {
      {"peak", device.text},
      {"mfu_step", "attention over all pairs (dense)"},
      {"mfu_step_masked", "attention over the pairs that its mask allows"},
      {"hardware_utilisation", "those pairs, and what backward computes again"}};
}

/// The step as the model of it has it, on the stated network, else on one as measured here.
Json simulated_json(const Request& request, const std::vector<CollectiveTime>& collectives,
                    const StepCompute& compute, const StepTraffic& traffic) {
  const auto network = request.network ? request.network : network_of(collectives, traffic.world);
  if (!network) { return nullptr; }
  const SimulatedStep step = simulated_step(compute, traffic, *network);
  return {{"network",
           {{"latency_s", network->latency_s},
            {"bytes_per_s", network->bytes_per_s},
            {"basis", request.network ? "stated" : "measured"}}},
          {"step_s", step.step_s},
          {"communication_exposed_s", step.communication_exposed_s},
          {"efficiency", step.efficiency()}};
}

/// Of a run: its steps, and what follows from them.
void add_steps(Json& document, const Environment& environment, const Request& request,
               const Device& device, parallel::Collectives& collectives,
               const std::vector<CollectiveTime>& collective_times) {
  const sweeps::PointFile& file = *request.file;
  check_lanes(environment, file.point);
  Reporter reporter(environment);
  Training training(environment, file, device, reporter, kGoOn, collectives, family_of(file.point));
  auto trace = start_trace(environment);
  training.trace = trace ? &*trace : nullptr;
  const StepTimes times = measure_steps(training, request.steps);
  write_trace(trace, environment, collectives);
  document["loader_windows_per_s"] = times.loader_windows_per_s;
  document["attention_backend"] = times.attention;
  document["step"] = json_of(times.per_step);
  document["limit"] = name_of(limit_of(times.per_step));
  document["steps"] = times.steps;
  document["windows_per_s"] = times.windows_per_s;
  add_utilisation(document, times, device, environment.world);
  document["simulated"] = simulated_json(
      request, collective_times, compute_of(training, times.per_step), traffic_of(training));
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
  const auto times = collective_times(*collectives);
  document["collectives"] = json_of(times);
  for (const char* key :
       {"loader_windows_per_s", "attention_backend", "step", "limit", "simulated"}) {
    document[key] = nullptr;
  }
  if (request.file) { add_steps(document, environment, request, device, *collectives, times); }
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
