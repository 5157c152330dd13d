#include "orchestrator/documents/evaluations.h"

#include "files/atomic_file.h"
#include "files/sha256.h"

#include <algorithm>

namespace enigma::documents {
namespace {

namespace fs = std::filesystem;

constexpr size_t kFileBytesMax = size_t{1} << 24;
constexpr size_t kDigits = 12;  // of a digest: enough to tell questions apart

Json parsed_file(const fs::path& file) {
  try {
    return Json::parse(read_file(file, kFileBytesMax), nullptr, false);
  } catch (const std::exception&) { return Json(); }
}

}  // namespace

fs::path evaluation_file(const fs::path& run_folder, const std::string& checkpoint,
                         const EvaluationRequest& request) {
  const Json question = {{"checkpoint", checkpoint},
                         {"strategies", request.strategies},
                         {"sessions", request.sessions},
                         {"tier", request.tier}};
  return run_folder / "evaluations" /
         (fs::path(checkpoint).filename().string() + "-" +
          sha256(question.dump()).substr(0, kDigits) + ".json");
}

Json evals_in(const fs::path& file) {
  const Json document = parsed_file(file);
  auto list = Json::array();
  if (!document.is_object() || !document.contains("evals") || !document["evals"].is_array()) {
    return list;
  }
  for (const Json& eval : document["evals"]) {
    Json entry = eval;
    entry["sessions"] = document.value("sessions", Json::array());
    entry["checkpoint"] = document.value("checkpoint", Json());
    list.push_back(std::move(entry));
  }
  return list;
}

Json evaluations_of(const fs::path& run_folder) {
  std::vector<fs::path> files;
  std::error_code absent;
  if (run_folder.empty()) { return Json::array(); }
  for (const auto& entry : fs::directory_iterator(run_folder / "evaluations", absent)) {
    if (entry.path().extension() == ".json") { files.push_back(entry.path()); }
  }
  std::sort(files.begin(), files.end());
  auto list = Json::array();
  for (const fs::path& file : files) {
    for (Json& eval : evals_in(file)) { list.push_back(std::move(eval)); }
  }
  return list;
}

}  // namespace enigma::documents
