// enigma-worker: one run of one point. Reads its environment, trains, reports, and ends with an
// exit code of the contract.
#include "diagnostics/diagnostic.h"
#include "files/atomic_file.h"
#include "worker/cli/families.h"
#include "worker/cli/verbs.h"
#include "worker/clock/clock.h"
#include "worker/ending.h"
#include "worker/join.h"
#include "worker/parallel/collectives.h"
#include "worker/revision.h"
#include "worker/run_layout.h"
#include "worker/run_trace.h"
#include "worker/train.h"

#include <ATen/Parallel.h>
#include <c10/util/Exception.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <malloc.h>
#include <map>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <unistd.h>

namespace enigma::worker {
namespace {

using protocol::ExitCode;

volatile std::sig_atomic_t stop_asked = 0;

void ask_to_stop(int) {
  stop_asked = 1;
}

void take_signals() {
  struct sigaction action {};
  action.sa_handler = ask_to_stop;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGUSR1, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a controller that hangs up is no reason to die
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of its write
}

constexpr const char* kHelp =
    "enigma-worker: trains one run of a sweep. It is started by enigma-launch, which tells it\n"
    "through the environment what to do:\n"
    "  ENIGMA_RUN, ENIGMA_RUN_DIR, ENIGMA_ATTEMPT_DIR, ENIGMA_POINT, ENIGMA_DATA   needed\n"
    "  ENIGMA_START             checkpoint folder to branch from\n"
    "  ENIGMA_REPORT_URL, ENIGMA_REPORT_PIN, ENIGMA_TOKEN_FILE   where reports are posted\n"
    "  ENIGMA_RANK, ENIGMA_WORLD, or Slurm's variables           which process of how many\n"
    "  ENIGMA_THREADS           threads of one operation (1)\n"
    "  ENIGMA_CHECKPOINT_EVERY, ENIGMA_CHECKPOINT_EVERY_S        steps (0), seconds (60)\n"
    "  ENIGMA_TRACE             file for the parts of all steps (--trace), for Chrome's and\n"
    "                           Perfetto's viewers; written where the run ends or stops\n"
    "Options: --trace FILE, --help, --version\n"
    "Beside training (each with --help):\n"
    "  enigma-worker forward --fixtures FILE --case NAME --out FILE    stored weights, results by "
    "name\n"
    "  enigma-worker export-weights CHECKPOINT --out FILE              published names, no "
    "moments\n"
    "  enigma-worker import-weights FILE --out DIR                     a checkpoint to start from\n"
    "  enigma-worker predict --checkpoint DIR --data DIR --out FILE    what enigma-data score "
    "reads\n"
    "  enigma-worker evaluate --checkpoint DIR --data DIR --out FILE   scores after the fact, as "
    "JSON\n"
    "  enigma-worker bench [--point FILE --data DIR] [--ranks N]       what this machine can do, "
    "and "
    "what\n                                                                  limits a run here\n"
    "Exit codes: 0 done, 64 bad point, 65 bad data, 70 fault, 71 non-finite loss, 72 device\n"
    "memory, 73 disk full, 74 no readable checkpoint, 75 preempted, 76 preempted, none written\n";

/// How a run ended, and the line that decided it (empty: nothing failed).
struct Outcome {
  ExitCode code = ExitCode::done;
  std::string line;
  std::optional<protocol::FailureClass> failure_class;  ///< where the code alone does not say it
};

Outcome outcome_of(const std::system_error& error) {
  const int number = error.code().value();
  const bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
  return {full ? ExitCode::disk_full : ExitCode::fault, error.what(), std::nullopt};
}

Outcome outcome_of(const c10::Error& error) {
  const std::string line = error.what_without_backtrace();
  // LibTorch's CPU allocator has no exception of its own.
  if (line.find("DefaultCPUAllocator") != std::string::npos) {
    return {ExitCode::fault, line, protocol::FailureClass::host_memory};
  }
  return {ExitCode::fault, line, std::nullopt};
}

/// Runs `work` and turns whatever it throws into an outcome: the one place where it is caught.
template <typename Work>
Outcome guarded(const Work& work) {
  try {
    return {work(), "", std::nullopt};
  } catch (const Ending& ending) {
    return {ending.code(), ending.what(), ending.failure_class()};
  } catch (const InputError& error) {
    std::string lines;
    for (const Diagnostic& diagnostic : error.diagnostics()) {
      lines += to_text(diagnostic) + "\n";
    }
    return {ExitCode::bad_point, lines, std::nullopt};
  } catch (const parallel::PeerLost& error) {
    return {ExitCode::peer_failed, error.what(), std::nullopt};
  } catch (const std::bad_alloc&) {
    return {ExitCode::fault, "out of memory", protocol::FailureClass::host_memory};
  } catch (const c10::OutOfMemoryError& error) {
    return {ExitCode::device_memory, error.what_without_backtrace(), std::nullopt};
  } catch (const c10::Error& error) {
    return outcome_of(error);
  } catch (const std::system_error& error) {
    return outcome_of(error);
  } catch (const std::exception& error) { return {ExitCode::fault, error.what(), std::nullopt}; }
}

sweeps::PointFile read_point(const std::filesystem::path& path) {
  std::string text;
  try {
    text = read_file(path, size_t{64} << 20);
  } catch (const std::exception& error) {
    throw Ending(ExitCode::bad_point, std::string("ENIGMA_POINT: ") + error.what());
  }
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded()) { throw Ending(ExitCode::bad_point, path.string() + ": not JSON"); }
  return sweeps::point_file_from_json(json, path.string());
}

Outcome run(const Environment& environment, Reporter& reporter) {
  sweeps::PointFile file;
  const Outcome point = guarded([&] {
    file = read_point(environment.point);
    return ExitCode::done;
  });
  const bool narrow = file.point.precision == sweeps::Precision::bfloat16;
  const Device device = measure_cpu(narrow ? at::kBFloat16 : at::kFloat);
  reporter.say(
      protocol::Hello{.world = environment.world, .devices = {device.text}, .revision = kRevision});
  if (point.code != ExitCode::done) { return point; }
  return guarded([&] {
    check_lanes(environment, file.point);
    const auto collectives = join(environment);
    Training training(environment, file, device, reporter, stop_asked, *collectives,
                      family_of(file.point));
    auto trace = start_trace(environment);
    training.trace = trace ? &*trace : nullptr;
    write_layout(training);
    const ExitCode code = train(training);
    write_trace(trace, environment, *collectives);
    return code;
  });
}

void tell_failure(Reporter& reporter, const Outcome& outcome) {
  const auto by_code = protocol::class_of_exit(static_cast<int>(outcome.code), 0, false);
  const auto failure_class = outcome.failure_class ? outcome.failure_class : by_code;
  reporter.say(protocol::Failed{.failure_class = std::string(protocol::name_of(*failure_class)),
                                .line = outcome.line});
}

/// Every step asks for the same large blocks again: keep them instead of giving them back to the
/// kernel, which hands out zeroed pages one fault at a time.
void keep_freed_memory() {
  ::mallopt(M_MMAP_THRESHOLD, 1 << 25);  // the largest that glibc takes
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

/// `trace`: where its parts are to be kept; empty: where the environment says.
int main_of_worker(const std::string& trace) {
  take_signals();
  keep_freed_memory();
  Environment environment;
  Outcome outcome = guarded([&] {
    environment = read_environment([](const char* name) { return std::getenv(name); }, ::getpid());
    if (!trace.empty()) { environment.trace = trace; }
    return ExitCode::done;
  });
  if (outcome.line.empty()) {
    environment.identity.start_ns = wall_clock_ns();
    at::set_num_threads(static_cast<int>(environment.threads));
    at::set_num_interop_threads(1);
    const Outcome reported = guarded([&] {
      Reporter reporter(environment);
      outcome = run(environment, reporter);
      if (!outcome.line.empty()) { tell_failure(reporter, outcome); }
      return ExitCode::done;
    });
    if (reported.code != ExitCode::done) { outcome = reported; }
  }
  if (!outcome.line.empty()) { std::fprintf(stderr, "%s\n", outcome.line.c_str()); }
  return static_cast<int>(outcome.code);
}

/// The command's function, or nothing where there is none of the name.
int (*command_named(const std::string& verb))(const cli::Call&) {
  static const std::map<std::string, int (*)(const cli::Call&)> table = {
      {"bench", bench},
      {"evaluate", evaluate},
      {"forward", forward},
      {"export-weights", export_weights},
      {"import-weights", import_weights},
      {"predict", predict}};
  const auto found = table.find(verb);
  return found == table.end() ? nullptr : found->second;
}

int run_command(int (*command)(const cli::Call&), const cli::Call& call) {
  try {
    return command(call);
  } catch (const InputError& error) {
    return cli::refuse(call, error.diagnostics(), cli::kWrongInput);
  } catch (const c10::Error& error) {
    return cli::refuse(call, {{.message = error.what_without_backtrace()}}, cli::kFault);
  } catch (const std::exception& error) {
    return cli::refuse(call, {{.message = error.what()}}, cli::kFault);
  }
}

}  // namespace
}  // namespace enigma::worker

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--version") == 0) {
    std::printf("enigma-worker %s\n", enigma::worker::kRevision);
    return 0;
  }
  if (argc == 2 && (std::strcmp(argv[1], "--help") == 0 || std::strcmp(argv[1], "-h") == 0)) {
    std::fputs(enigma::worker::kHelp, stdout);
    return 0;
  }
  if (argc == 3 && std::strcmp(argv[1], "--trace") == 0) {
    return enigma::worker::main_of_worker(argv[2]);
  }
  if (argc > 1) {
    if (const auto command = enigma::worker::command_named(argv[1])) {
      return enigma::worker::run_command(
          command, {"enigma-worker", argv[1], false, {argv + 2, argv + argc}});
    }
    std::fprintf(stderr, "enigma-worker knows no '%s': --help lists what it does\n", argv[1]);
    return 64;
  }
  return enigma::worker::main_of_worker("");
}
