#include "recordings/query/chunks.h"

namespace enigma::recordings::query {
namespace {

nlohmann::ordered_json trials_of(const Screen& screen) {
  nlohmann::ordered_json trials = nlohmann::ordered_json::array();
  for (size_t i = 0; i < screen.trials.size(); ++i) {
    const Trial& trial = screen.trials[i];
    const auto onset_s = [&](size_t index) {
      return screen.flips_s[static_cast<size_t>(screen.trials[index].first_frame)];
    };
    nlohmann::ordered_json end_s;
    if (i + 1 < screen.trials.size()) { end_s = onset_s(i + 1); }
    trials.push_back({{"start", onset_s(i)},
                      {"end", end_s},
                      {"frames", trial.frames},
                      {"first_frame", trial.first_frame},
                      {"modality", trial.modality_written},
                      {"tier", trial.tier_written},
                      {"valid_trial", trial.valid_written}});
  }
  return trials;
}

}  // namespace

nlohmann::ordered_json description_of(const Chunks& chunks) {
  nlohmann::ordered_json devices = nlohmann::ordered_json::object();
  nlohmann::ordered_json statistics = nlohmann::ordered_json::object();
  for (const ChunkDevice& device : chunks.devices) {
    const Clock clock = clock_of(device.device);
    devices[device.config.name] = {{"valid", {clock.valid_from_s, clock.valid_to_s}}};
    if (device.normalization) {
      statistics[device.config.name] = {{"mean", device.normalization->mean},
                                        {"std", device.normalization->std}};
    }
  }
  std::vector<double> starts;
  for (int64_t k : chunks.start_indices) { starts.push_back(chunks.grid.at(k)); }
  const ChunkGrid& grid = chunks.grid;
  return {{"data_key", chunks.data_key},
          {"devices", std::move(devices)},
          {"experiment_range", {chunks.range_from_s, chunks.range_to_s}},
          {"start_time", chunks.start_s},
          {"end_time", chunks.end_s},
          {"grid",
           {{"count", grid.count},
            {"first", grid.first_s},
            {"second", grid.second_s},
            {"last", grid.at(grid.count - 1)}}},
          {"n_valid_starts", chunks.valid_starts},
          {"length", chunks.start_indices.size()},
          {"start_grid_indices", chunks.start_indices},
          {"starts", std::move(starts)},
          {"statistics", std::move(statistics)},
          {"trials", trials_of(chunks.screen())}};
}

}  // namespace enigma::recordings::query
