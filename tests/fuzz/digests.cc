// Any bytes as the cache of digests: taken, or passed over as if there were none.
#include "recordings/format/digest.h"
#include "tests/fuzz/input_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const auto file = enigma::fuzz::input_folder().write("digests.json", bytes, size);
  enigma::recordings::DigestCache cache(file);
  cache.recorded(file);
  if (cache.sha256_of(file).size() != 64) { std::abort(); }
  return 0;
}
