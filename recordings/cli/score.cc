// enigma-data score: repeat and correlation metrics of predictions in a safetensors file.
#include "recordings/cli/verbs.h"
#include "recordings/scores/scores.h"

#include <fmt/format.h>

#include <optional>
#include <stdexcept>

namespace enigma::recordings::cli {
namespace {

nlohmann::ordered_json scores_in(const std::string& file) {
  std::optional<Safetensors> tensors;
  existing(file);
  try {
    tensors.emplace(file);
  } catch (const std::runtime_error& error) {
    Diagnostic d;
    d.file = file;
    d.message = std::string("cannot be read: ") + error.what();
    d.expected = "a safetensors file";
    throw InputError({d});
  }
  return recordings::scores::score(*tensors, file);
}

}  // namespace

int score(const Call& call) {
  const auto parsed = parse(call, "score FILE [options]", options::options_description("Options"),
                            "FILE", "a safetensors file of predictions");
  if (!parsed) { return kDone; }
  const auto& values = *parsed;
  const nlohmann::ordered_json scores = scores_in(required(values, "FILE"));
  if (call.json) {
    print_document(call, scores);
    return kDone;
  }
  for (const auto& [name, value] : scores.items()) {
    if (value.is_array()) {
      fmt::print("{:28} {} values\n", name, value.size());
    } else {
      fmt::print("{:28} {}\n", name, value.dump());
    }
  }
  return kDone;
}

}  // namespace enigma::recordings::cli
