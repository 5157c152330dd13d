// The law of a sweep as the page shows it: the document of `fit` and the numbers of the figure,
// worked out by this program in processes of its own, and kept until a run of the sweep has ended.
#pragma once

#include "db/store.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <mutex>
#include <string>

namespace enigma {

/// How a law is asked for; empty: as the command line has it. `kind` is that of the figure.
struct LawQuestion {
  std::string sweep, form, where, by, kind;
  auto operator<=>(const LawQuestion&) const = default;
};

class Laws {
 public:
  /// `program` is enigma-sweep.
  Laws(std::filesystem::path program, std::filesystem::path store);

  /// {sweep, at, runs_done, refused, fit, figure}: `refused` says why there is no fit, `figure` is
  /// null where there is nothing to draw. Returns when it is known, which can take a while: one fit
  /// is made at a time. Throws InputError where the question is wrong, std::runtime_error where the
  /// fit broke.
  nlohmann::ordered_json law(const db::Store& store, const LawQuestion& question, double now);

 private:
  struct Known {
    std::string stand;  ///< of the sweep's runs when it was worked out
    nlohmann::ordered_json law;
  };

  nlohmann::ordered_json fitted(const LawQuestion& question) const;
  nlohmann::ordered_json drawn(const LawQuestion& question) const;

  std::filesystem::path program_, store_;
  std::mutex one_at_a_time_;
  std::map<LawQuestion, Known> known_;
};

}  // namespace enigma
