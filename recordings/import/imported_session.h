// A native session as tests read it back: by the reader of recordings/, and trial by trial.
#pragma once

#include "recordings/format/document.h"
#include "recordings/format/frame_reader.h"
#include "recordings/format/npy.h"
#include "recordings/format/sequence.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace enigma::recordings::importer {

inline nlohmann::json yaml_at(const std::filesystem::path& file) {
  const Parsed<nlohmann::json> parsed = read_yaml(file);
  INFO(file.string());
  REQUIRE(parsed.ok());
  return *parsed.value;
}

inline nlohmann::json json_at(const std::filesystem::path& file) {
  const Parsed<nlohmann::json> parsed = read_json(file);
  INFO(file.string());
  REQUIRE(parsed.ok());
  return *parsed.value;
}

inline Sequence sequence_at(const std::filesystem::path& folder) {
  Parsed<Sequence> sequence = open_sequence(folder, yaml_at(folder / "meta.yml"));
  REQUIRE(sequence.ok());
  return std::move(*sequence.value);
}

inline Screen screen_at(const std::filesystem::path& folder) {
  Parsed<Screen> screen = open_screen(folder, yaml_at(folder / "meta.yml"));
  REQUIRE(screen.ok());
  return std::move(*screen.value);
}

/// All numbers of a .npy file.
inline std::vector<double> numbers_at(const std::filesystem::path& file) {
  const Parsed<NpyArray> array = open_npy(file);
  INFO(file.string());
  REQUIRE(array.ok());
  std::vector<double> numbers;
  for (int64_t i = 0; i < array.value->elements; ++i) {
    numbers.push_back(number_at(array.value->data, array.value->type, static_cast<size_t>(i)));
  }
  return numbers;
}

/// One signal of rows [from, from + count).
inline std::vector<double> signal_of(const Sequence& sequence, int64_t signal, int64_t from,
                                     int64_t count) {
  std::vector<double> numbers;
  for (int64_t row = from; row < from + count; ++row) {
    numbers.push_back(number_at(sequence.row(row), sequence.type, static_cast<size_t>(signal)));
  }
  return numbers;
}

inline double sum_of(const std::vector<double>& numbers) {
  double sum = 0;
  for (const double number : numbers) { sum += number; }
  return sum;
}

}  // namespace enigma::recordings::importer
