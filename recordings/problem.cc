#include "recordings/problem.h"

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

std::string shown(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).substr(0, 80);
}

}  // namespace enigma::recordings
