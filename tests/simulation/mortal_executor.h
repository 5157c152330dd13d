// The world as a controller reaches it that may die before and after each call; and, on purpose,
// as a controller would see it that has a fault of its own: to prove that the checkers see it.
#pragma once

#include "tests/simulation/world.h"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace enigma::simulation {

/// A controller's fault, put in on purpose.
enum class Fault {
  none,
  drops_what_follows_a_bad_line,
  drops_a_last_line_without_newline,
};

class MortalExecutor final : public decide::Executor {
 public:
  /// `step` throws where the controller dies.
  MortalExecutor(World& world, Fault fault, std::function<void()> step)
      : world_(world), fault_(fault), step_(std::move(step)) {}

  decide::SubmitAnswer submit(const decide::Submission& submission) override;
  std::vector<decide::SubmitAnswer> submit_all(
      const std::vector<decide::Submission>& submissions) override;
  std::vector<decide::Observation> observe(const std::vector<decide::Watch>& watches) override;
  std::string read_spool(const decide::SpoolSlice& slice) override;
  void cancel(const std::string& run, const std::string& token) override;
  void mark(const std::string& run, const std::string& word) override;
  void unmark(const std::string& run) override;

 private:
  void falsify(const decide::SpoolSlice& slice, std::string& bytes);

  World& world_;
  Fault fault_;
  std::function<void()> step_;
  std::set<std::string> broken_;  ///< tokens whose spool has had a bad line
};

}  // namespace enigma::simulation
