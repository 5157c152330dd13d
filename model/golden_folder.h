// Where the golden data lies (ENIGMA_SHARED/golden), for tests.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

namespace enigma::model::golden {

inline std::filesystem::path golden_folder() {
  const char* shared = std::getenv("ENIGMA_SHARED");
  return std::filesystem::path(shared ? shared : "../shared") / "golden";
}

/// Says so, and gives true, where the golden data is absent.
inline bool is_absent(const std::string& test, const std::filesystem::path& file) {
  if (std::filesystem::exists(file)) { return false; }
  std::cout << "SKIP: " << test << ": no " << file << std::endl;
  return true;
}

}  // namespace enigma::model::golden
