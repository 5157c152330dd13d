#include "orchestrator/decide/executors.h"

#include <stdexcept>
#include <utility>

namespace enigma::decide {

SubmitAnswer Executors::Absent::submit(const Submission& submission) {
  return {false, "this controller drives no executor '" + submission.executor + "'"};
}

// Tried again by every turn, until a controller comes that can.
void Executors::Absent::mark(const std::string& run, const std::string& word) {
  throw std::runtime_error("run " + run + " cannot be marked '" + word +
                           "': this controller does not drive its executor");
}

Executor& Executors::of(const std::string& name) {
  const auto found = executors_.find(name);
  return found == executors_.end() ? absent_ : *found->second;
}

std::vector<Observation> Executors::observe(const std::vector<Watch>& watches) {
  std::map<std::string, std::vector<Watch>> by_executor;
  // One that has nothing to watch may still have something to clear away.
  for (const auto& [name, executor] : executors_) { by_executor[name]; }
  for (const Watch& watch : watches) { by_executor[watch.executor].push_back(watch); }
  std::vector<Observation> all;
  for (const auto& [name, part] : by_executor) {
    for (Observation& seen : of(name).observe(part)) { all.push_back(std::move(seen)); }
  }
  return all;
}

}  // namespace enigma::decide
