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
  return recordings::score(*tensors, file);
}

}  // namespace

options::options_description score_options() {
  return json_options();
}

int score(const Words& words) {
  const auto options = parse(words, score_options(), "FILE", "a safetensors file of predictions");
  const nlohmann::ordered_json scores = scores_in(options["FILE"].as<std::string>());
  if (options.count("json")) {
    print_document("score", scores);
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
