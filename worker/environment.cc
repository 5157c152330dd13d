#include "worker/environment.h"

#include "worker/ending.h"

#include <charconv>
#include <cstring>

namespace enigma::worker {
namespace {

class Reader {
 public:
  explicit Reader(const Lookup& lookup) : lookup_(lookup) {}

  bool has(const char* name) const { return !text(name).empty(); }
  std::string text(const char* name) const {
    const char* value = lookup_(name);
    return value == nullptr ? "" : value;
  }
  std::string required(const char* name) {
    std::string value = text(name);
    if (value.empty()) { problem(std::string(name) + " is not set"); }
    return value;
  }
  template <typename Number>
  Number number(const char* name, Number least, Number absent) {
    const std::string value = text(name);
    if (value.empty()) { return absent; }
    Number parsed{};
    const char* end = value.data() + value.size();
    const auto result = std::from_chars(value.data(), end, parsed);
    if (result.ec == std::errc() && result.ptr == end && parsed >= least) { return parsed; }
    problem(std::string(name) + " is '" + value + "', expected a number of at least " +
            std::to_string(least));
    return absent;
  }
  void problem(const std::string& why) { problems_ += (problems_.empty() ? "" : "; ") + why; }
  void finish() const {
    if (!problems_.empty()) { throw Ending(protocol::ExitCode::bad_point, problems_); }
  }

 private:
  const Lookup& lookup_;
  std::string problems_;
};

// Slurm's variables count only where the launcher gave no rank of its own: a local run inside an
// allocation must not take the allocation's job for its own.
void read_place(Reader& reader, int64_t pid, Environment& environment) {
  const bool slurm = !reader.has("ENIGMA_RANK") && reader.has("SLURM_PROCID");
  const int64_t zero = 0, one = 1;
  environment.rank = reader.number(slurm ? "SLURM_PROCID" : "ENIGMA_RANK", zero, zero);
  environment.world = reader.number(slurm ? "SLURM_NTASKS" : "ENIGMA_WORLD", one, one);
  environment.identity.job = pid;
  if (!slurm) { return; }
  const bool array = reader.has("SLURM_ARRAY_JOB_ID");
  environment.identity.job = reader.number(array ? "SLURM_ARRAY_JOB_ID" : "SLURM_JOB_ID", one, pid);
  environment.identity.index = reader.number("SLURM_ARRAY_TASK_ID", zero, zero);
  environment.identity.restart = reader.number("SLURM_RESTART_COUNT", zero, zero);
}

void check_place(Reader& reader, const Environment& environment) {
  if (environment.rank >= environment.world) {
    reader.problem("the rank is not below the world size");
  }
}

void read_rank(Reader& reader, int64_t pid, Environment& environment) {
  environment.threads = reader.number("ENIGMA_THREADS", int64_t{1}, int64_t{1});
  environment.init_deadline_s = reader.number("ENIGMA_INIT_DEADLINE_S", 1.0, 600.0);
  environment.collective_deadline_s = reader.number("ENIGMA_COLLECTIVE_DEADLINE_S", 0.1, 120.0);
  environment.interface = reader.text("GLOO_SOCKET_IFNAME");
  read_place(reader, pid, environment);
  check_place(reader, environment);
}

}  // namespace

Environment read_rank_environment(const Lookup& lookup, int64_t pid) {
  Reader reader(lookup);
  Environment environment;
  read_rank(reader, pid, environment);
  reader.finish();
  return environment;
}

Environment read_environment(const Lookup& lookup, int64_t pid) {
  Reader reader(lookup);
  Environment environment;
  environment.run = reader.required("ENIGMA_RUN");
  environment.run_dir = reader.required("ENIGMA_RUN_DIR");
  environment.attempt_dir = reader.required("ENIGMA_ATTEMPT_DIR");
  environment.point = reader.required("ENIGMA_POINT");
  environment.data = reader.required("ENIGMA_DATA");
  environment.start = reader.text("ENIGMA_START");
  environment.report_url = reader.text("ENIGMA_REPORT_URL");
  environment.report_pin = reader.text("ENIGMA_REPORT_PIN");
  environment.token_file = reader.text("ENIGMA_TOKEN_FILE");
  environment.trace = reader.text("ENIGMA_TRACE");
  environment.checkpoint_every_steps =
      reader.number("ENIGMA_CHECKPOINT_EVERY", int64_t{0}, int64_t{0});
  environment.checkpoint_every_s = reader.number("ENIGMA_CHECKPOINT_EVERY_S", 0.0, 60.0);
  read_rank(reader, pid, environment);
  reader.finish();
  return environment;
}

}  // namespace enigma::worker
