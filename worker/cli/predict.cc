// enigma-worker predict: what a trained model predicts of recordings, for enigma-data score.
#include "files/atomic_file.h"
#include "sweeps/point.h"
#include "worker/brain/predictions.h"
#include "worker/cli/verbs.h"
#include "worker/ending.h"
#include "worker/learner.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdio>

namespace enigma::worker {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

po::options_description options() {
  po::options_description known("Options");
  known.add_options()("checkpoint", po::value<std::string>(), "…/checkpoints/step-N of a run")(
      "point", po::value<std::string>(), "the run's point.json (default: above the checkpoint)")(
      "data", po::value<std::string>(), "folder of recordings")(
      "strategy", po::value<std::string>(), "evaluation strategy (default: the point's first)")(
      "sessions", po::value<std::vector<std::string>>()->multitoken(),
      "to predict (default: the point's evaluation sessions)")("out", po::value<std::string>(),
                                                               "safetensors file to write");
  return known;
}

[[noreturn]] void refuse(const std::string& file, const std::string& message,
                         const std::string& expected) {
  throw InputError({{.file = file, .message = message, .expected = expected}});
}

/// runs/ID/point.json of runs/ID/attempt-K/checkpoints/step-N.
fs::path point_above(const fs::path& checkpoint) {
  const fs::path whole = fs::weakly_canonical(checkpoint);
  return whole.parent_path().parent_path().parent_path() / "point.json";
}

sweeps::Point point_of(const po::variables_map& values, const fs::path& checkpoint) {
  const fs::path file = values.count("point") > 0 ? fs::path(values["point"].as<std::string>())
                                                  : point_above(checkpoint);
  if (!fs::exists(file)) { refuse(file.string(), "no point here", "--point FILE"); }
  const auto json = nlohmann::json::parse(read_file(file), nullptr, false);
  if (json.is_discarded()) { refuse(file.string(), "not JSON", "the point of a run"); }
  sweeps::Point point = sweeps::point_file_from_json(json, file.string()).point;
  if (point.family != "brain") {
    refuse(file.string(), "a model of the family '" + point.family + "'", "the family 'brain'");
  }
  if (values.count("strategy") > 0) {
    point.evaluation_strategies = {values["strategy"].as<std::string>()};
  }
  return point;
}

/// The sessions of `names` are what the model is asked about.
void take_sessions(sweeps::Point& point, const std::vector<std::string>& names) {
  point.evaluation_sessions.clear();
  for (const std::string& name : names) {
    const auto found =
        std::find_if(point.sessions.begin(), point.sessions.end(),
                     [&](const sweeps::SessionRef& session) { return session.name == name; });
    if (found == point.sessions.end()) {
      refuse("--sessions", "the model was not trained on '" + name + "'", "sessions of its point");
    }
    point.evaluation_sessions.push_back(*found);
  }
}

}  // namespace

int predict(const cli::Call& call) {
  const auto values = cli::parse_options(
      call, "predict --checkpoint DIR --data DIR --out FILE [options]", options());
  if (!values) { return cli::kDone; }
  at::set_num_threads(1);
  const fs::path checkpoint = cli::required(*values, "checkpoint");
  const fs::path data = cli::required(*values, "data"), out = cli::required(*values, "out");
  sweeps::Point point = point_of(*values, checkpoint);
  if (values->count("sessions") > 0) {
    take_sessions(point, (*values)["sessions"].as<std::vector<std::string>>());
  }
  try {
    Brain brain({point, data, at::TensorOptions(at::kFloat)});
    read_parameters(brain, checkpoint);
    const model::Tensors tensors = predictions_of(brain);
    model::write_tensors(out, tensors,
                         {{"strategy", brain.evaluation().strategies().names[0]},
                          {"tier", brain.evaluation().tier()}});
    std::printf("%s: strategy %s, tier %s\n", out.c_str(),
                brain.evaluation().strategies().names[0].c_str(),
                brain.evaluation().tier().c_str());
  } catch (const Ending& ending) { refuse("predict", ending.what(), "a model and its recordings"); }
  return cli::kDone;
}

}  // namespace enigma::worker
