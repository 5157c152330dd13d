#include "orchestrator/launch/worker_process.h"

#include "orchestrator/launch/attempt_folder.h"
#include "orchestrator/launch/node_list.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace enigma::launch {
namespace {

void set_environment(const Options& options, const std::string& folder) {
  const std::pair<const char*, std::string> variables[] = {
      {"ENIGMA_RUN", options.run},
      {"ENIGMA_RUN_DIR", options.run_folder},
      {"ENIGMA_ATTEMPT_DIR", folder},
      {"ENIGMA_POINT", options.run_folder + "/point.json"},
      {"ENIGMA_START", options.start},
      {"ENIGMA_DATA", options.data},
      {"ENIGMA_REPORT_URL", options.report_url},
      {"ENIGMA_REPORT_PIN", options.report_pin},
      {"ENIGMA_TOKEN_FILE", folder + "/token"}};
  for (const auto& [name, value] : variables) { ::setenv(name, value.c_str(), 1); }
  // Ranks are told by the scheduler which they are.
  if (is_started_by_rank(options)) { return; }
  ::setenv("ENIGMA_RANK", "0", 1);
  ::setenv("ENIGMA_WORLD", "1", 1);
}

/// A step of the job on these nodes, in which `rank` is run for each rank.
void execute_step(const Options& options, const std::vector<std::string>& nodes,
                  const std::vector<std::string>& rank) {
  const auto count = static_cast<int64_t>(nodes.size());
  std::vector<std::string> words = {"srun",
                                    "--kill-on-bad-exit=1",
                                    "--wait=30",
                                    "--nodelist=" + joined(nodes),
                                    "--nodes=" + std::to_string(count),
                                    "--ntasks=" + std::to_string(count * options.ranks_per_node),
                                    "--ntasks-per-node=" + std::to_string(options.ranks_per_node)};
  words.insert(words.end(), options.srun.begin(), options.srun.end());
  words.insert(words.end(), rank.begin(), rank.end());
  std::vector<char*> pointers;
  for (std::string& word : words) { pointers.push_back(word.data()); }
  pointers.push_back(nullptr);
  ::execvp("srun", pointers.data());
}

/// One process, or one a rank: by srun in a scheduler's job, else by ourselves. A rank that fails
/// ends the others (T13: without that a job burns on, waiting).
void execute_worker(const Options& options, const std::string& folder,
                    const std::vector<std::string>& nodes) {
  const char* worker = options.worker.c_str();
  if (!is_started_by_rank(options)) {
    ::execl(worker, worker, static_cast<char*>(nullptr));
    return;
  }
  std::array<char, 4096> self{};
  if (::readlink("/proc/self/exe", self.data(), self.size() - 1) <= 0) { return; }
  if (options.job.empty()) {
    const std::string ranks = std::to_string(options.ranks_per_node);
    ::execl(self.data(), self.data(), "ranks", ranks.c_str(), folder.c_str(), worker,
            static_cast<char*>(nullptr));
    return;
  }
  execute_step(options, nodes, {self.data(), "rank", folder, options.worker});
}

void redirect(const std::string& log) {
  const int in = ::open("/dev/null", O_RDONLY);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  ::dup2(in, STDIN_FILENO);
  if (out < 0) { return; }
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  if (out > STDERR_FILENO) { ::close(out); }
}

void pin_to(const std::vector<int>& cpus) {
  if (cpus.empty()) { return; }
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int cpu : cpus) {
    if (cpu < CPU_SETSIZE) { CPU_SET(cpu, &set); }
  }
  ::sched_setaffinity(0, sizeof set, &set);  // a core that is not there only costs the pinning
}

// A launcher that dies takes its worker along: two workers of one run must never write at once.
// False (with errno) where the attempt's folder cannot be entered: nobody depends on the folder
// from which something was submitted, which may be gone by now.
bool prepare_child(const Options& options, const std::string& folder, pid_t launcher) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != launcher) { ::_exit(1); }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  set_environment(options, folder);
  redirect(folder + "/worker.log");
  pin_to(options.cpus);
  return ::chdir(folder.c_str()) == 0;
}

// The pipe closes on a successful exec and carries errno after a failed one.
int exec_error(int pipe_end) {
  int error = 0;
  ssize_t got = 0;
  do { got = ::read(pipe_end, &error, sizeof error); } while (got < 0 && errno == EINTR);
  return got == static_cast<ssize_t>(sizeof error) ? error : 0;
}

std::string cgroup_path() {
  std::ifstream file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("0::", 0) == 0) { return "/sys/fs/cgroup" + line.substr(3); }
  }
  return "";
}

}  // namespace

Started start_worker(const Options& options, int64_t attempt,
                     const std::vector<std::string>& nodes) {
  const std::string folder = attempt_path(options.run_folder, attempt);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) { return {-1, std::strerror(errno)}; }
  const pid_t launcher = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) {
    if (prepare_child(options, folder, launcher)) { execute_worker(options, folder, nodes); }
    const int error = errno;
    const ssize_t told = ::write(ends[1], &error, sizeof error);
    ::_exit(told == sizeof error ? 127 : 126);
  }
  ::close(ends[1]);
  const int error = pid < 0 ? errno : exec_error(ends[0]);
  ::close(ends[0]);
  if (error == 0) { return {pid, ""}; }
  if (pid > 0) { ::waitpid(pid, nullptr, 0); }
  return {-1, "cannot start " + options.worker + ": " + std::strerror(error)};
}

void kill_group(pid_t worker) {
  if (worker > 0) { ::kill(-worker, SIGKILL); }
}

int64_t memory_kills() {
  std::ifstream file(cgroup_path() + "/memory.events");
  std::string key;
  for (int64_t count = 0; file >> key >> count;) {
    if (key == "oom_kill") { return count; }
  }
  return -1;
}

}  // namespace enigma::launch
