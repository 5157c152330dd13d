// enigma-worker evaluate: scores a checkpoint after the fact, as a document of its own.
#include "diagnostics/diagnostic.h"
#include "diagnostics/nearest.h"
#include "files/atomic_file.h"
#include "sweeps/family.h"
#include "worker/brain/brain.h"
#include "worker/brain/repeated_windows.h"
#include "worker/checkpoint.h"
#include "worker/cli/families.h"
#include "worker/cli/trained.h"
#include "worker/cli/verbs.h"
#include "worker/ending.h"
#include "worker/shards.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdio>

namespace enigma::worker {
namespace {

namespace po = boost::program_options;
using Json = nlohmann::ordered_json;

po::options_description options() {
  po::options_description known("Options");
  add_trained_options(known, "JSON file to write");
  known.add_options()("strategies", po::value<std::string>(),
                      "names with commas between (default: the point's)")(
      "tier", po::value<std::string>(), "tier of the windows (default: as the run was scored)");
  return known;
}

void check_strategies(const sweeps::Point& point) {
  const auto& known = sweeps::family_named(point.family).strategy_names();
  std::vector<Diagnostic> problems;
  for (const std::string& name : point.evaluation_strategies) {
    if (std::find(known.begin(), known.end(), name) != known.end()) { continue; }
    problems.push_back({.file = "--strategies",
                        .message = "the family '" + point.family + "' knows no such strategy",
                        .found = name,
                        .suggestion = suggest_name(name, known)});
  }
  if (!problems.empty()) { throw InputError(problems); }
}

Json or_null(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

Json to_json(const protocol::Eval& eval, const RepeatScore& repeats) {
  return {{"step", eval.step},
          {"strategy", eval.strategy},
          {"tier", eval.tier},
          {"loss", eval.loss},
          {"baseline_loss", eval.baseline_loss},
          {"correlation", or_null(eval.correlation)},
          {"se", or_null(eval.se)},
          {"n", eval.n},
          {"feve", or_null(repeats.feve)},
          {"feve_n", repeats.feve_neurons},
          {"ccnorm", or_null(repeats.ccnorm)},
          {"ccnorm_n", repeats.ccnorm_neurons},
          {"after", true}};
}

Json evals_of(Brain& brain, int64_t step, const parallel::Ranks& ranks) {
  std::vector<RepeatedWindows> windows(brain.evaluation().strategies().names.size(),
                                       RepeatedWindows(brain.corpus()));
  const auto evals = brain.evaluation().run(
      brain.model(), step, ranks,
      [&](size_t strategy, const Predicted& some) { windows[strategy].add(some); });
  auto list = Json::array();
  for (size_t k = 0; k < evals.size(); ++k) {
    list.push_back(to_json(evals[k], windows[k].score()));
  }
  return list;
}

Json evals_of(Family& family, int64_t step, const parallel::Ranks& ranks) {
  if (auto* brain = dynamic_cast<Brain*>(&family)) { return evals_of(*brain, step, ranks); }
  auto list = Json::array();
  for (const protocol::Eval& eval : family.evaluate(step, ranks)) {
    list.push_back(to_json(eval, {}));
  }
  return list;
}

Json document_of(const Trained& trained, const std::string& tier) {
  const LoopState state = read_checkpoint(trained.checkpoint);
  const auto family =
      family_of(trained.point)({trained.point, trained.data, at::TensorOptions(at::kFloat), tier});
  read_parameters(*family, trained.checkpoint);
  const auto alone = parallel::alone();
  const parallel::Ranks ranks{*alone, trained.point.lanes};
  auto sessions = Json::array();
  for (const sweeps::SessionRef& session : trained.point.evaluation_sessions) {
    sessions.push_back(session.name);
  }
  return {{"schema", "enigma.evaluation/1"},
          {"checkpoint", std::filesystem::absolute(trained.checkpoint).string()},
          {"sessions", std::move(sessions)},
          {"evals", evals_of(*family, state.step, ranks)}};
}

}  // namespace

int evaluate(const cli::Call& call) {
  const auto values = cli::parse_options(
      call, "evaluate --checkpoint DIR --data DIR --out FILE [options]", options());
  if (!values) { return cli::kDone; }
  at::set_num_threads(1);
  Trained trained = trained_of(*values);
  if (values->count("strategies") > 0) {
    trained.point.evaluation_strategies = cli::words_of((*values)["strategies"].as<std::string>());
  }
  check_strategies(trained.point);
  const std::string tier = values->count("tier") > 0 ? (*values)["tier"].as<std::string>() : "";
  try {
    write_atomically(trained.out, document_of(trained, tier).dump(1) + "\n");
  } catch (const Ending& ending) {
    refuse("evaluate", ending.what(), "a model, its recordings, and what to ask of it");
  }
  std::printf("%s\n", trained.out.c_str());
  return cli::kDone;
}

}  // namespace enigma::worker
