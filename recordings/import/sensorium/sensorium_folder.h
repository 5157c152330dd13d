// A Sensorium folder opened and checked: which arrays there are, and that they belong together.
#pragma once

#include "diagnostics/diagnostic.h"
#include "recordings/import/sensorium/sensorium.h"
#include "recordings/import/sensorium/whole_array.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace enigma::recordings::importer::sensorium {

struct SensoriumFolder {
  std::filesystem::path path;
  SensoriumYear year = SensoriumYear::dynamic_2023;
  std::vector<std::string> groups;  ///< pictures first, then responses, behavior, pupil_center
  std::vector<std::string> tiers;   ///< per trial = file number
  std::map<std::string, WholeArray> neuron_columns;  ///< meta/neurons: one row a neuron
  std::map<std::string, WholeArray> trial_columns;   ///< meta/trials but for tiers: one row a trial
  std::map<std::string, NumberType> types;  ///< per group but the pictures: holds every trial's
  std::map<std::string, int64_t> signals;   ///< per group but the pictures
  int64_t height = 0, width = 0;
  std::vector<std::pair<std::string, std::string>> left_out;  ///< (file, why)
  std::string picture_types;  ///< "uint8", or several: each picture keeps its own

  std::filesystem::path file(const std::string& group, size_t trial) const {
    return path / "data" / group / (std::to_string(trial) + ".npy");
  }
  bool has(const std::string& group) const { return signals.contains(group); }
};

/// Looks at every header; throws InputError with everything that is missing or does not fit.
SensoriumFolder open_sensorium(const std::filesystem::path& path, SensoriumYear year);

/// mean and std of meta/statistics/<group>/all, `count` numbers each; empty where they are absent.
/// What is there and does not fit becomes a diagnostic.
struct SensoriumMoments {
  std::vector<double> means, deviations;
};
SensoriumMoments moments_of(const SensoriumFolder& folder, const std::string& group, int64_t count,
                            std::vector<Diagnostic>& wrong);

}  // namespace enigma::recordings::importer::sensorium
