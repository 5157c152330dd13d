// A Sensorium folder made by a test, small enough to break.
#pragma once

#include "recordings/format/npy.h"
#include "recordings/format/output_file.h"
#include "recordings/temporary_folder.h"

#include <filesystem>
#include <string>
#include <vector>

namespace enigma::recordings::importer::sensorium {

/// Of 2023: 3 trials of 4 x 5 pixels, 6 samples, 2 neurons.
struct SmallSensorium {
  TemporaryFolder place;
  std::filesystem::path path = place.path() / "dynamic7-1-2-Video-small";

  SmallSensorium() {
    for (const char* group : {"videos", "responses", "behavior", "pupil_center"}) {
      std::filesystem::create_directories(path / "data" / group);
    }
    std::filesystem::create_directories(path / "meta" / "trials");
    std::filesystem::create_directories(path / "meta" / "neurons");
    for (int trial = 0; trial < 3; ++trial) {
      write("videos", trial, {4, 5, 6});
      write("responses", trial, {2, 6});
      write("behavior", trial, {2, 6});
      write("pupil_center", trial, {2, 6});
    }
    write_tiers({"train", "none", "oracle"});
  }
  void write(const std::string& group, int trial, const std::vector<int64_t>& shape) {
    int64_t count = 1;
    for (const int64_t side : shape) { count *= side; }
    std::vector<float> numbers(static_cast<size_t>(count));
    for (size_t i = 0; i < numbers.size(); ++i) { numbers[i] = float(trial) + float(i) / 100; }
    write_file(file(group, trial), npy_bytes(NumberType::f32, shape, numbers.data()));
  }
  std::filesystem::path file(const std::string& group, int trial) const {
    return path / "data" / group / (std::to_string(trial) + ".npy");
  }
  void write_tiers(const std::vector<std::string>& words) {
    std::string header = "{'descr': '|S8', 'fortran_order': False, 'shape': (" +
                         std::to_string(words.size()) + ",), }\n";
    std::string bytes("\x93NUMPY\x01\x00", 8);
    bytes += static_cast<char>(header.size());
    bytes += '\0';
    bytes += header;
    for (std::string word : words) {
      word.resize(8, '\0');
      bytes += word;
    }
    write_file(path / "meta" / "trials" / "tiers.npy", bytes);
  }
};

}  // namespace enigma::recordings::importer::sensorium
