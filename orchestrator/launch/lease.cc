#include "orchestrator/launch/lease.h"

#include "orchestrator/launch/durable.h"

#include <cstdio>
#include <cstdlib>
#include <unistd.h>

namespace enigma::launch {
namespace {

std::string path_of(const std::string& run_folder) {
  return run_folder + "/lease";
}

Process process_in(Fields& fields, const std::string& who) {
  return {fields["host"], fields["boot"], std::atoll(fields[who + "_pid"].c_str()),
          std::atoll(fields[who + "_start_ns"].c_str())};
}

}  // namespace

std::optional<Lease> read_lease(const std::string& run_folder) {
  const auto text = read_small(path_of(run_folder));
  if (!text) { return std::nullopt; }
  Fields fields = fields_of(*text);
  return Lease{process_in(fields, "launcher"),
               process_in(fields, "worker"),
               fields["token"],
               std::atof(fields["renewed_at"].c_str()),
               fields["job"],
               std::atoll(fields["restart"].c_str())};
}

bool write_lease(const std::string& run_folder, const Lease& lease) {
  char renewed_at[32];
  std::snprintf(renewed_at, sizeof renewed_at, "%.3f", lease.renewed_at);
  return write_whole(path_of(run_folder),
                     to_text({{"host", lease.holder.host},
                              {"boot", lease.holder.boot},
                              {"launcher_pid", std::to_string(lease.holder.pid)},
                              {"launcher_start_ns", std::to_string(lease.holder.start_ns)},
                              {"worker_pid", std::to_string(lease.worker.pid)},
                              {"worker_start_ns", std::to_string(lease.worker.start_ns)},
                              {"token", lease.token},
                              {"renewed_at", renewed_at},
                              {"job", lease.job},
                              {"restart", std::to_string(lease.restart)}}));
}

void release_lease(const std::string& run_folder, const std::string& token) {
  const auto lease = read_lease(run_folder);
  if (lease && lease->token == token) { ::unlink(path_of(run_folder).c_str()); }
}

bool is_free(const std::optional<Lease>& lease, Liveness holder, double now, double silence_s) {
  if (!lease) { return true; }
  switch (holder) {
    case Liveness::dead:
      return true;
    case Liveness::alive:
      return false;
    case Liveness::unseen:
      return now - lease->renewed_at > silence_s;
  }
  return false;
}

bool is_earlier_run(const Lease& lease, const std::string& job, int64_t restart) {
  return !job.empty() && lease.job == job && lease.restart < restart;
}

}  // namespace enigma::launch
