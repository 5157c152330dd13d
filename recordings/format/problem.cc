#include "recordings/format/problem.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace enigma::recordings {

Diagnostic problem_in(const std::filesystem::path& file, std::string field, std::string message,
                      std::string expected, std::string found) {
  Diagnostic problem;
  problem.file = file.string();
  problem.pointer = std::move(field);
  problem.message = std::move(message);
  problem.expected = std::move(expected);
  problem.found = std::move(found);
  return problem;
}

std::optional<Diagnostic> broken_link(const std::filesystem::path& path) {
  std::error_code unknown, broken;
  if (!std::filesystem::is_symlink(path, unknown)) { return std::nullopt; }
  const auto status = std::filesystem::status(path, broken);
  if (std::filesystem::exists(status)) { return std::nullopt; }
  const std::string why = broken ? broken.message() : "it is not there";
  Diagnostic d =
      problem_in(path, "", "link cannot be followed", "a link to a file or folder that is there",
                 "a link to " + std::filesystem::read_symlink(path, unknown).string() + ": " + why);
  d.suggestion = "fetch or mount what it points to, or remove the link";
  return d;
}

Diagnostic unopened(const std::filesystem::path& file, std::string expected, std::string why) {
  if (auto link = broken_link(file)) { return *link; }
  return problem_in(file, "", "file cannot be opened", std::move(expected), std::move(why));
}

void append_untold(std::vector<Diagnostic>& diagnostics, const std::vector<Diagnostic>& more) {
  const auto told = [&](const Diagnostic& d) {
    return std::any_of(diagnostics.begin(), diagnostics.end(),
                       [&](const Diagnostic& other) { return other.file == d.file; });
  };
  for (const Diagnostic& d : more) {
    if (!told(d)) { diagnostics.push_back(d); }
  }
}

std::string shown(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).substr(0, 80);
}

}  // namespace enigma::recordings
