#include "orchestrator/doctor/probe.h"

#include "files/atomic_file.h"
#include "orchestrator/launch/durable.h"

#include "processes/run.h"
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <set>
#include <sys/statfs.h>
#include <system_error>
#include <unistd.h>

namespace enigma::doctor {
namespace {

namespace fs = std::filesystem;

constexpr RunLimits kLimits{.time = std::chrono::milliseconds(20'000), .bytes_max = 8 << 20};
constexpr double kFreeBytesMin = 1e9, kSkew_s = 2;

std::optional<RunResult> asked(const std::vector<std::string>& words) {
  try {
    return run(words, kLimits);
  } catch (const std::system_error&) { return std::nullopt; }
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

/// File systems that many machines see (statfs(2) and the projects' own headers).
std::string shared_kind(int64_t magic) {
  switch (static_cast<uint32_t>(magic)) {
    case 0x6969:
      return "NFS";
    case 0x0BD00BD0:
      return "Lustre";
    case 0x47504653:
      return "GPFS";
    case 0x19830326:
      return "BeeGFS";
    case 0x00C36400:
      return "CephFS";
    case 0x65735546:
      return "a FUSE file system";
    default:
      return "";
  }
}

/// Whether all of the scheduler's nodes are this very machine.
bool is_one_machine(const slurm::ClusterFacts& facts) {
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  std::set<std::string> hosts;
  for (const slurm::Words& node : facts.nodes) {
    const auto found = node.find("NodeHostName");
    hosts.insert(found == node.end() ? "" : found->second);
  }
  return hosts == std::set<std::string>{host};
}

Check check_shared(const fs::path& folder, const slurm::ClusterFacts& facts) {
  struct statfs info {};
  if (::statfs(folder.c_str(), &info) != 0) { return {"shared_file_system", true, "", ""}; }
  const std::string kind = shared_kind(info.f_type);
  Check check{"shared_file_system", true, kind.empty() ? "a file system of this machine" : kind,
              ""};
  if (facts.nodes.empty() || !kind.empty() || is_one_machine(facts)) { return check; }
  check.ok = false;
  check.advice = "jobs on other nodes cannot see it: put the store (--store) where all nodes can";
  return check;
}

Check check_room(const fs::path& folder) {
  std::error_code unknown;
  const auto space = fs::space(folder, unknown);
  if (unknown) { return {"disk_space", true, "", ""}; }
  const auto free_bytes = static_cast<double>(space.available);
  Check check{"disk_space", free_bytes >= kFreeBytesMin,
              fmt::format("{:.1f} GB free", free_bytes / 1e9), ""};
  if (!check.ok) { check.advice = "free some: a run that cannot write its checkpoint waits"; }
  return check;
}

// A file written now says which time its server has.
Check check_clock(const fs::path& file) {
  std::error_code unknown;
  const auto written = fs::last_write_time(file, unknown);
  if (unknown) { return {"clock", true, "", ""}; }
  const std::chrono::duration<double> skew = fs::file_time_type::clock::now() - written;
  Check check{"clock", std::abs(skew.count()) <= kSkew_s,
              fmt::format("the file system is {:.1f} s off this machine", -skew.count()), ""};
  if (!check.ok) { check.advice = "leases depend on it: synchronise both (NTP)"; }
  return check;
}

Check check_locks(const fs::path& file) {
  const launch::FileLock lock(file.string());
  if (lock.held()) { return {"store_locks", true, "files can be locked", ""}; }
  return {"store_locks", false, "files cannot be locked",
          "mount the file system with locks (Lustre: -o flock), or put the store elsewhere"};
}

}  // namespace

Checks check_store(const fs::path& folder, const slurm::ClusterFacts& facts) {
  std::error_code failed;
  const bool is_new = !fs::exists(folder);
  fs::create_directories(folder, failed);
  const fs::path file = folder / ("doctor-" + std::to_string(::getpid()));
  Checks checks;
  try {
    if (failed) { throw std::system_error(failed, folder.string()); }
    write_atomically(file, "a file\n");
    checks.push_back({"store_writable", true, fs::absolute(folder).string(), ""});
    checks.push_back(check_clock(file));
    checks.push_back(check_locks(file));
    checks.push_back(check_room(folder));
    checks.push_back(check_shared(folder, facts));
  } catch (const std::exception& broken) {
    checks.push_back({"store_writable", false, broken.what(), "name another folder with --store"});
  }
  fs::remove(file, failed);
  if (is_new) { fs::remove(folder, failed); }
  return checks;
}

Check check_worker(const fs::path& worker) {
  const auto help = asked({worker.string(), "--help"});
  if (help && help->ok()) { return {"worker", true, worker.string(), ""}; }
  const std::string why = help ? first_line(help->err) : "it cannot be executed";
  return {"worker", false, worker.string() + ": " + why,
          "build enigma-worker (it needs LibTorch), or name a program with submit --worker"};
}

}  // namespace enigma::doctor
