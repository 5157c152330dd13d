// Any bytes as combined_meta.json of a screen with a few flips: refused, or frames are found.
#include "recordings/query/screen_device.h"
#include "tests/fuzz/input_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  namespace recordings = enigma::recordings;
  const auto& folder = enigma::fuzz::input_folder();
  const double flips_s[] = {0, 0.1, 0.2, 0.3, 0.4};
  static const std::string flips = recordings::npy_bytes(recordings::NumberType::f64, {5}, flips_s);
  static const auto* flip_bytes = reinterpret_cast<const uint8_t*>(flips.data());
  folder.write("s/timestamps.npy", flip_bytes, flips.size());
  folder.write("s/combined_meta.json", bytes, size);
  const auto device = recordings::query::open_screen_device(folder.path() / "s", {}, {});
  if (device.ok()) { recordings::query::ask(*device.value, {0.05, 0.25}); }
  recordings::open_screen(folder.path() / "s", {});
  return 0;
}
