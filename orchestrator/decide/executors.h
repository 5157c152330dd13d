// The executors that a controller drives side by side, by the name that runs and attempts keep.
#pragma once

#include "orchestrator/decide/executor.h"

#include <map>
#include <string>
#include <vector>

namespace enigma::decide {

class Executors {
 public:
  using ByName = std::map<std::string, Executor*>;
  /// They outlive this.
  explicit Executors(ByName executors) : executors_(std::move(executors)) {}

  /// Of a name that is not among them: one that takes nothing, says so, and sees nothing.
  Executor& of(const std::string& name);
  /// One query an executor that has something to look at.
  std::vector<Observation> observe(const std::vector<Watch>& watches);

 private:
  struct Absent final : Executor {
    SubmitAnswer submit(const Submission& submission) override;
    std::vector<Observation> observe(const std::vector<Watch>&) override { return {}; }
    std::string read_spool(const SpoolSlice&) override { return {}; }
    void cancel(const std::string&, const std::string&) override {}
    void mark(const std::string& run, const std::string& word) override;
    void unmark(const std::string&) override {}
  };

  ByName executors_;
  Absent absent_;
};

}  // namespace enigma::decide
