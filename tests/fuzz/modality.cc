// Any bytes as a modality's folder: meta.yml up to the first zero byte, what follows as its data
// under every name that a kind of modality may look for (data.mem, data.npy, spikes.mem, …).
// Refused with diagnostics, or it answers questions.
#include "recordings/query/device.h"
#include "tests/fuzz/input_file.h"

#include <algorithm>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  namespace recordings = enigma::recordings;
  const uint8_t* end = std::find(bytes, bytes + size, uint8_t{0});
  const auto meta_bytes = static_cast<size_t>(end - bytes);
  const uint8_t* data = end == bytes + size ? end : end + 1;
  const auto& folder = enigma::fuzz::input_folder();
  folder.write("m/meta.yml", bytes, meta_bytes);
  for (const char* name : {"m/data.mem", "m/data.npy", "m/spikes.mem", "m/spikes.npy", "m/a.npy",
                           "m/meta/phase_shifts.npy"}) {
    folder.write(name, data, static_cast<size_t>(bytes + size - data));
  }
  for (const char* mode : {"nearest_neighbor", "linear"}) {
    nlohmann::json config = nlohmann::json::object();
    if (mode[0] == 'l') { config = {{"interpolation_mode", mode}}; }
    const auto device = recordings::query::open_device(folder.path() / "m", config);
    if (!device.ok()) { continue; }
    const auto clock = recordings::query::clock_of(*device.value);
    const auto answer = recordings::query::ask(
        *device.value, {clock.valid_from_s, clock.valid_from_s + 0.1, clock.valid_to_s});
    if (answer.ok() && answer.value->elements() > 0) { answer.value->number(0); }
  }
  return 0;
}
