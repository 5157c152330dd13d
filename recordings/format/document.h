// Small YAML and JSON files that describe a recording: bounded in size and in number of values
// before they are believed (an alias in YAML can stand for millions), one form for both.
#pragma once

#include "diagnostics/diagnostic.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace enigma::recordings {

/// A YAML file as JSON values: plain scalars get their YAML type, quoted ones stay text.
Parsed<nlohmann::json> read_yaml(const std::filesystem::path& path);
/// The keys of the mapping under `key` of a YAML file, in the order of the file.
Parsed<std::vector<std::string>> read_yaml_keys(const std::filesystem::path& path,
                                                const std::string& key);
/// A JSON file (meta.json, combined_meta.json). `keys`, where given, gets the outermost keys in the
/// order of the file, one that stands there twice twice.
Parsed<nlohmann::json> read_json(const std::filesystem::path& path,
                                 std::vector<std::string>* keys = nullptr);

/// Fields of one mapping; what is missing or of the wrong type becomes a diagnostic.
class Fields {
 public:
  Fields(const nlohmann::json& mapping, std::filesystem::path file, std::string pointer,
         std::vector<Diagnostic>& diagnostics);

  double number(const std::string& key);
  int64_t count(const std::string& key);  ///< an integer ≥ 0
  std::string text(const std::string& key);
  /// Absent (or null) reads as `otherwise`; a wrong type is still a diagnostic.
  double number_or(const std::string& key, double otherwise);
  std::string text_or(const std::string& key, std::string otherwise);
  bool flag_or(const std::string& key, bool otherwise);
  bool has(const std::string& key) const;

 private:
  void wrong(const std::string& key, const std::string& expected);

  const nlohmann::json& mapping_;
  std::filesystem::path file_;
  std::string pointer_;
  std::vector<Diagnostic>& diagnostics_;
};

}  // namespace enigma::recordings
