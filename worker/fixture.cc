#include "worker/fixture.h"

#include "diagnostics/diagnostic.h"

namespace enigma::worker {
namespace {

namespace fs = std::filesystem;

}  // namespace

model::Tensors tensors_of(const FixtureRequest& request, const std::string& name) {
  for (const fs::path& folder : request.folders) {
    if (fs::exists(folder / name)) { return model::read_tensors(folder / name); }
  }
  Diagnostic absent{.file = name, .message = "no folder of the fixture has this file"};
  absent.suggestion = "--dir DIR names a folder, and may stand more than once";
  throw InputError({absent});
}

const nlohmann::json& member(const FixtureRequest& request, const nlohmann::json& json,
                             const std::string& place, const std::string& key) {
  const auto found = json.is_object() ? json.find(key) : json.end();
  if (json.is_object() && found != json.end()) { return *found; }
  throw InputError({{.file = request.file.string(),
                     .pointer = place + "/" + key,
                     .message = "the fixture does not say '" + key + "'"}});
}

void add_gradients(const std::vector<model::NamedTensor>& parameters, model::Tensors& results) {
  for (const model::NamedTensor& parameter : parameters) {
    if (parameter.tensor.grad().defined()) {
      results["grad." + parameter.name] = parameter.tensor.grad().clone();
    }
  }
}

}  // namespace enigma::worker
