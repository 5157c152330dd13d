// A multi-session mouse from a seed: the recordings of the quick start and of the tests.
#pragma once

#include "diagnostics/diagnostic.h"
#include "recordings/generate/features.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace enigma::recordings::generate {

struct GenerateOptions {
  std::filesystem::path out;
  int64_t sessions = 4;
  int64_t animals = 2;
  int64_t neurons = 120;
  double minutes = 6;
  uint64_t seed = 1;
  Features features = {};
  void (*progress)(int64_t done, int64_t total) = nullptr;  ///< neurons recorded, of all sessions
};

struct GeneratedSession {
  std::string name;
  std::filesystem::path path;
  bool made = false;               ///< false: it was there already, from the same settings
  nlohmann::ordered_json ceiling;  ///< content of its ceiling.json
};

/// Makes `sessions` folders under `out`, each a pure function of (seed, its number, neurons,
/// minutes, features), written aside and renamed when whole; sessions that stand there already are
/// left alone. Throws InputError (nothing changed) for impossible numbers, or where a session of
/// other settings has the name; std::system_error where the disk refuses.
std::vector<GeneratedSession> generate(const GenerateOptions& options);

}  // namespace enigma::recordings::generate
