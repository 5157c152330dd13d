#include "worker/cli/trained.h"

#include "diagnostics/diagnostic.h"
#include "diagnostics/nearest.h"
#include "files/atomic_file.h"

#include <algorithm>

namespace enigma::worker {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

/// runs/ID/point.json of runs/ID/attempt-K/checkpoints/step-N.
fs::path point_above(const fs::path& checkpoint) {
  const fs::path whole = fs::weakly_canonical(checkpoint);
  return whole.parent_path().parent_path().parent_path() / "point.json";
}

sweeps::Point point_of(const po::variables_map& values, const fs::path& checkpoint) {
  const fs::path file = values.count("point") > 0 ? fs::path(values["point"].as<std::string>())
                                                  : point_above(checkpoint);
  return read_point_file(file).point;
}

const sweeps::SessionRef& session_named(const sweeps::Point& point, const std::string& name) {
  std::vector<std::string> names;
  for (const sweeps::SessionRef& session : point.sessions) {
    if (session.name == name) { return session; }
    names.push_back(session.name);
  }
  throw InputError({{.file = "--sessions",
                     .message = "the model was not trained on '" + name + "'",
                     .expected = "sessions of its point",
                     .found = name,
                     .suggestion = suggest_name(name, names)}});
}

}  // namespace

sweeps::PointFile read_point_file(const fs::path& file) {
  if (!fs::exists(file)) { refuse(file.string(), "no point here", "--point FILE"); }
  const auto json = nlohmann::json::parse(read_file(file), nullptr, false);
  if (json.is_discarded()) { refuse(file.string(), "not JSON", "the point of a run"); }
  return sweeps::point_file_from_json(json, file.string());
}

void refuse(const std::string& file, const std::string& message, const std::string& expected) {
  throw InputError({{.file = file, .message = message, .expected = expected}});
}

void add_trained_options(po::options_description& options, const char* out_help) {
  options.add_options()("checkpoint", po::value<std::string>(), "…/checkpoints/step-N of a run")(
      "point", po::value<std::string>(), "the run's point.json (default: above the checkpoint)")(
      "data", po::value<std::string>(), "folder of recordings")(
      "sessions", po::value<std::vector<std::string>>()->multitoken(),
      "names, also with commas between (default: the point's evaluation sessions)")(
      "out", po::value<std::string>(), out_help);
}

Trained trained_of(const po::variables_map& values) {
  Trained trained{.checkpoint = cli::required(values, "checkpoint"),
                  .data = cli::required(values, "data"),
                  .out = cli::required(values, "out")};
  trained.point = point_of(values, trained.checkpoint);
  if (values.count("sessions") == 0) { return trained; }
  std::vector<sweeps::SessionRef> asked;
  for (const std::string& list : values["sessions"].as<std::vector<std::string>>()) {
    for (const std::string& name : cli::words_of(list)) {
      asked.push_back(session_named(trained.point, name));
    }
  }
  trained.point.evaluation_sessions = std::move(asked);
  return trained;
}

}  // namespace enigma::worker
