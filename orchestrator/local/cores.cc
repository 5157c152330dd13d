#include "orchestrator/local/cores.h"

#include <sched.h>
#include <set>

namespace enigma::local {

std::vector<int> allowed_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> cores;
  if (::sched_getaffinity(0, sizeof set, &set) != 0) { return cores; }
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) { cores.push_back(cpu); }
  }
  return cores;
}

std::vector<int> Cores::take(const std::string& token, int64_t count) {
  if (const auto held = held_.find(token); held != held_.end()) { return held->second; }
  std::set<int> busy;
  for (const auto& [holder, cores] : held_) { busy.insert(cores.begin(), cores.end()); }
  std::vector<int> taken;
  for (const int core : cores_) {
    if (static_cast<int64_t>(taken.size()) < count && !busy.contains(core)) {
      taken.push_back(core);
    }
  }
  if (static_cast<int64_t>(taken.size()) < count) { taken.clear(); }
  held_[token] = taken;
  return taken;
}

}  // namespace enigma::local
