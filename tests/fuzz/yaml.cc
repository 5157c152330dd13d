// Any bytes as YAML and as JSON that describe a recording: refused, or plain values.
#include "recordings/format/document.h"
#include "tests/fuzz/input_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  namespace recordings = enigma::recordings;
  const auto file = enigma::fuzz::input_folder().write("meta.yml", bytes, size);
  const auto yaml = recordings::read_yaml(file);
  if (!yaml.ok() && yaml.diagnostics.empty()) { std::abort(); }
  recordings::read_yaml_keys(file, "labels");
  std::vector<std::string> keys;
  const auto json = recordings::read_json(file, &keys);
  if (!json.ok() && json.diagnostics.empty()) { std::abort(); }
  return 0;
}
