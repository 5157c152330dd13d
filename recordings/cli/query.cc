// enigma-data query: a modality's values at some times, as the published reader returns them.
#include "diagnostics/nearest.h"
#include "recordings/cli/tensors.h"
#include "recordings/cli/verbs.h"
#include "recordings/format/document.h"
#include "recordings/format/npy.h"
#include "recordings/format/problem.h"
#include "recordings/format/session.h"
#include "recordings/query/device.h"

#include <fmt/format.h>

#include <algorithm>

namespace enigma::recordings::cli {
namespace {

std::vector<double> times_in(const std::string& file) {
  const NpyArray array = taken(open_npy(existing(file)));
  if (array.shape.size() != 1) {
    throw InputError({problem_in(file, "shape", "not a list of times", "one axis",
                                 std::to_string(array.shape.size()) + " axes")});
  }
  std::vector<double> times_s;
  for (int64_t i = 0; i < array.elements; ++i) {
    times_s.push_back(number_at(array.data, array.type, static_cast<size_t>(i)));
  }
  return times_s;
}

std::filesystem::path modality_folder(const std::filesystem::path& experiment,
                                      const std::string& modality) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(existing(experiment.string()))) {
    if (is_modality_folder(entry.path())) { names.push_back(entry.path().filename().string()); }
  }
  if (std::find(names.begin(), names.end(), modality) != names.end()) {
    return experiment / modality;
  }
  Diagnostic d = problem_in(experiment, "--modality", "experiment has no such modality",
                            "a folder with a meta.yml", modality);
  d.suggestion = suggest_name(modality, names);
  throw InputError({d});
}

nlohmann::ordered_json document_of(const std::string& modality, const query::Clock& clock,
                                   const Tensor& values, size_t valid,
                                   const std::vector<Diagnostic>& warnings) {
  nlohmann::ordered_json json = {{"modality", modality},
                                 {"clock",
                                  {{"start", clock.start_s},
                                   {"end", clock.end_s},
                                   {"valid", {clock.valid_from_s, clock.valid_to_s}}}}};
  json.update(description_of(values));
  json["valid"] = valid;
  json["warnings"] = enigma::to_json(warnings);
  return json;
}

options::options_description query_options() {
  options::options_description known("Options");
  known.add_options()("modality", options::value<std::string>()->required(),
                      "folder of the experiment to ask")(
      "times", options::value<std::string>()->required(), ".npy file: seconds to ask for")(
      "config", options::value<std::string>()->default_value(""),
      "JSON file: options of the interpolation")("out", options::value<std::string>()->required(),
                                                 "safetensors file: valid, values");
  return known;
}

}  // namespace

int query(const Call& call) {
  const auto parsed = parse(call, "query EXPERIMENT [options]", query_options(), "EXPERIMENT",
                            "the folder of one session");
  if (!parsed) { return kDone; }
  const auto& values = *parsed;
  const std::string modality = values["modality"].as<std::string>();
  const std::string config_file = values["config"].as<std::string>();
  const std::filesystem::path folder = modality_folder(required(values, "EXPERIMENT"), modality);
  const std::vector<double> times_s = times_in(values["times"].as<std::string>());
  const nlohmann::json config =
      config_file.empty() ? nlohmann::json() : taken(read_json(existing(config_file)));
  const query::Device device = taken(query::open_device(folder, config));
  query::Answer answer = taken(ask(device, times_s));
  const std::vector<Diagnostic> warnings = answer.warnings;
  print_diagnostics(warnings);
  Tensors tensors = {{"valid", tensor_of(answer.valid)}};
  const size_t valid = answer.valid.size();
  tensors["values"] = tensor_of(std::move(answer));
  write_tensors(values["out"].as<std::string>(), tensors);
  if (call.json) {
    print_document(
        call, document_of(modality, query::clock_of(device), tensors["values"], valid, warnings));
  } else {
    fmt::print("{} of {} times answered: {}\n", valid, times_s.size(),
               values["out"].as<std::string>());
  }
  return kDone;
}

}  // namespace enigma::recordings::cli
