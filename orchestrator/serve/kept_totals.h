// The totals of all runs, kept while nobody writes to the store: with many thousands of runs they
// are most of what a page costs.
#pragma once

#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace enigma {

/// When the files of a store were written last (seconds since the epoch), and how long they are.
struct StoreStamp {
  std::array<double, 2> written_at{};
  std::array<uintmax_t, 2> bytes{};
  bool operator==(const StoreStamp&) const = default;
};
StoreStamp stamp_of(const std::filesystem::path& folder);

class KeptTotals {
 public:
  using Make = std::function<nlohmann::ordered_json()>;

  /// What was made for `sweep` (empty: all) at this stamp, else what `make` gives. `stamp` is taken
  /// before the store is read. Called on any thread.
  nlohmann::ordered_json of(const std::string& sweep, const StoreStamp& stamp, double now,
                            const Make& make);

  /// A file that was written so lately may be written again without another stamp.
  static constexpr double kYoung_s = 0.1;

 private:
  std::mutex mutex_;
  StoreStamp stamp_;
  std::map<std::string, nlohmann::ordered_json> known_;  ///< by sweep, of that stamp
};

}  // namespace enigma
