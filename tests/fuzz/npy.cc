// Any bytes as a .npy file: refused with a diagnostic, or every number of it can be read.
#include "recordings/format/npy.h"

#include "tests/fuzz/input_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  namespace recordings = enigma::recordings;
  const auto path = enigma::fuzz::input_folder().write("a.npy", bytes, size);
  const auto array = recordings::open_npy(path);
  if (!array.ok()) { return 0; }
  std::vector<float> numbers(static_cast<size_t>(array.value->elements));
  recordings::to_float(array.value->data, array.value->type, numbers);
  return 0;
}
