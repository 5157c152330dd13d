#include "recordings/format/labelled_intervals.h"

#include "recordings/format/document.h"
#include "recordings/format/npy.h"
#include "recordings/format/problem.h"

#include <algorithm>
#include <set>
#include <utility>

namespace enigma::recordings {
namespace {

// A file of this folder or below it: meta.yml does not reach out of the recording.
bool is_inside(const std::filesystem::path& name) {
  return !name.empty() && name.is_relative() &&
         std::none_of(name.begin(), name.end(), [](const auto& part) { return part == ".."; });
}

void take_label(LabelledIntervals& labelled, const std::string& name,
                const std::filesystem::path& file, std::vector<Diagnostic>& diagnostics) {
  const Parsed<NpyArray> array = open_npy(file);
  diagnostics.insert(diagnostics.end(), array.diagnostics.begin(), array.diagnostics.end());
  if (!array.ok()) { return; }
  const auto& shape = array.value->shape;
  const bool table = shape.size() == 2 && shape[1] == 2;
  if (!table && array.value->elements > 0) {
    diagnostics.push_back(problem_in(file, "shape", "not a list of intervals", "(n, 2)",
                                     std::to_string(shape.size()) + " axes"));
    return;
  }
  LabelledIntervals::Label label{name, {}};
  for (int64_t i = 0; i + 1 < array.value->elements; i += 2) {
    const auto at = static_cast<size_t>(i);
    label.intervals.push_back({number_at(array.value->data, array.value->type, at),
                               number_at(array.value->data, array.value->type, at + 1)});
  }
  labelled.labels.push_back(std::move(label));
}

}  // namespace

Parsed<LabelledIntervals> open_labelled_intervals(const std::filesystem::path& folder,
                                                  const nlohmann::json& meta) {
  Parsed<LabelledIntervals> parsed;
  LabelledIntervals labelled;
  const std::filesystem::path file = folder / "meta.yml";
  Fields fields(meta, file, "", parsed.diagnostics);
  labelled.start_s = fields.number("start_time");
  labelled.end_s = fields.number("end_time");
  const bool has_labels = fields.has("labels") && meta["labels"].is_object();
  if (!has_labels) {
    parsed.diagnostics.push_back(problem_in(file, "/labels", "labels cannot be read",
                                            "a mapping from label to .npy file", ""));
  }
  const Parsed<std::vector<std::string>> names = read_yaml_keys(file, "labels");
  std::set<std::string> taken;
  for (const std::string& name : names.value.value_or(std::vector<std::string>())) {
    if (!has_labels || !meta["labels"].contains(name) || !taken.insert(name).second) { continue; }
    const nlohmann::json& array = meta["labels"][name];
    if (array.is_string() && is_inside(array.get<std::string>())) {
      take_label(labelled, name, folder / array.get<std::string>(), parsed.diagnostics);
    } else {
      parsed.diagnostics.push_back(problem_in(file, "/labels/" + name, "does not name a file",
                                              "a .npy file of this folder", shown(array)));
    }
  }
  if (!has_errors(parsed.diagnostics)) { parsed.value = std::move(labelled); }
  return parsed;
}

}  // namespace enigma::recordings
