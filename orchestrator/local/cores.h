// Which cores a run is pinned to: disjoint between runs, free again when the run has ended.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace enigma::local {

/// The cores that this process may use, in order.
std::vector<int> allowed_cores();

class Cores {
 public:
  explicit Cores(std::vector<int> cores) : cores_(std::move(cores)) {}

  /// `count` cores that no other token holds, the lowest first; empty (not pinned) where there are
  /// too few. A token that holds some already keeps them.
  std::vector<int> take(const std::string& token, int64_t count);
  /// Notes the cores of an attempt that an earlier controller has started.
  void adopt(const std::string& token, const std::vector<int>& cores) { held_[token] = cores; }
  bool holds(const std::string& token) const { return held_.contains(token); }
  void free(const std::string& token) { held_.erase(token); }

 private:
  std::vector<int> cores_;
  std::map<std::string, std::vector<int>> held_;
};

}  // namespace enigma::local
