// The canonical form of a point: nested JSON, sorted keys, fields at their default left out,
// sessions as one digest. Its hash is the id of the run.
#pragma once

#include "sweeps/point.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace enigma::sweeps {

/// Writes the points of a family one after the other. What a point has like the one before it is
/// not written again, which is nearly all of it in a sweep.
class CanonicalWriter {
 public:
  explicit CanonicalWriter(const std::string& family);
  CanonicalWriter(const CanonicalWriter&) = delete;
  CanonicalWriter& operator=(const CanonicalWriter&) = delete;

  /// Takes what is to be written of the point, all but its seed.
  void take(const Point& point);
  /// The canonical form of the point taken last, with this seed.
  std::string text(int64_t seed) const;

 private:
  /// One field of the form.
  struct Field {
    std::string group, key;
    std::function<nlohmann::json(const Point&)> value;
    nlohmann::json standard;  ///< left out where it is this; null: never
    nlohmann::json last;      ///< value that `text` is of
    std::string text;         ///< empty where it is left out
  };

  void add_rule();
  nlohmann::json digest(const SessionRefs& sessions);

  std::vector<Field> fields_;  ///< sorted by group and key
  std::map<const void*, std::pair<SessionRefs, std::string>> digests_;
  std::string before_, after_;  ///< what stands before and behind the seed
};

/// The whole form as JSON.
nlohmann::json canonical(const Point& point);

/// First 16 hexadecimal digits of the SHA-256 of the canonical JSON with its id_version.
std::string id_of(std::string_view canonical_text);
std::string id_of(const nlohmann::json& canonical);

/// The settings of placement that are not at their default, nested.
nlohmann::json placement_settings(const Point& point);

}  // namespace enigma::sweeps
