// enigma-sweep evaluate: scores finished runs after the fact, by their last checkpoints.

#include "db/store.h"
#include "diagnostics/nearest.h"
#include "orchestrator/attempts/environment.h"
#include "orchestrator/attempts/placement.h"
#include "orchestrator/call/lookup.h"
#include "orchestrator/cli/verbs.h"
#include "orchestrator/documents/evaluations.h"
#include "orchestrator/documents/run_table.h"
#include "orchestrator/documents/time_text.h"
#include "orchestrator/launch/attempt_folder.h"
#include "sweeps/family.h"

#include "processes/run.h"
#include "processes/wait.h"
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>

namespace enigma::cli {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;
using documents::EvaluationRequest;
using documents::Json;

constexpr auto kTimeOfOneRun = std::chrono::hours(24);

constexpr const char* kUsage =
    "evaluate RUN|SWEEP [options]\n\n"
    "Runs on this machine, one run after the other, in the environment of the submission. The\n"
    "scores are kept beside each run (RUN/evaluations) and listed by 'show RUN'; they are no part\n"
    "of its history. Runs of a sweep that are not done are passed over.";

po::options_description known_options() {
  po::options_description options("evaluate");
  options.add_options()("name", po::value<std::string>(), "run or sweep")(
      "strategies", po::value<std::string>(), "names with commas between (default: the run's)")(
      "sessions", po::value<std::string>(), "session set of the spec (default: the run's)")(
      "tier", po::value<std::string>(), "of the windows (default: as the run was scored)")(
      "worker", po::value<std::string>(), "program in place of the submission's");
  return options;
}

std::string value_of(const po::variables_map& values, const char* name) {
  return values.count(name) == 0 ? "" : values[name].as<std::string>();
}

/// What stands in the store of the sweep that runs belong to.
struct Asked {
  std::string sweep;
  std::vector<std::string> runs;
};

Asked asked_of(const db::Store& store, const std::string& name) {
  if (!store.sweep(name)) {
    const std::string run = run_named(store, name);
    return {store.sweeps_by_run()[run].at(0), {run}};
  }
  Asked asked{name, {}};
  for (const db::Run& run : store.runs_of(name)) { asked.runs.push_back(run.id); }
  return asked;
}

void check_strategies(const std::string& family, const std::vector<std::string>& names) {
  const auto& known = sweeps::family_named(family).strategy_names();
  std::vector<Diagnostic> problems;
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) != known.end()) { continue; }
    problems.push_back({.file = "--strategies",
                        .message = "the family '" + family + "' knows no such strategy",
                        .expected = "a name that evaluation.strategies may hold",
                        .found = name,
                        .suggestion = suggest_name(name, known)});
  }
  if (!problems.empty()) { throw InputError(problems); }
}

/// The sessions of a set of the spec, by the recordings that the run was trained on.
std::vector<std::string> sessions_of(const Invocation& invocation, const sweeps::Spec& spec,
                                     const std::string& set, const std::string& data) {
  std::vector<std::string> names;
  for (const sweeps::SessionSet& one : spec.session_sets) { names.push_back(one.name); }
  if (std::find(names.begin(), names.end(), set) == names.end()) {
    throw InputError({{.file = "--sessions",
                       .message = "the sweep has no such session set",
                       .expected = fmt::format("{}", fmt::join(names, ", ")),
                       .found = set,
                       .suggestion = suggest_name(set, names)}});
  }
  const auto manifest =
      sweeps::family_named(spec.family).inspect(spec, data, invocation.store / "recordings.json");
  const auto sets = sweeps::resolve_sets(spec, manifest);
  if (!sets.ok()) { throw InputError(sets.diagnostics); }
  std::vector<std::string> sessions;
  for (const size_t i : sets.value->at(set)) { sessions.push_back(manifest.sessions[i].name); }
  return sessions;
}

/// The newest checkpoint that still lies there; empty where none does.
fs::path last_checkpoint(const db::Store& store, const std::string& run,
                         const std::string& run_folder) {
  fs::path newest;
  int64_t step = -1;
  for (const db::CheckpointRow& row : store.checkpoints(run)) {
    const fs::path folder =
        fs::path(launch::attempt_path(run_folder, row.attempt)) / row.checkpoint.path;
    if (row.checkpoint.step > step && fs::is_directory(folder)) {
      newest = folder, step = row.checkpoint.step;
    }
  }
  return newest;
}

/// Asks the worker; throws with what it said where it refused.
void ask(const Invocation& invocation, const attempts::Placement& placement,
         const std::vector<std::string>& words) {
  const auto variables = attempts::variables_for(invocation.store, placement.environment);
  const RunResult result = run(words, {.time = kTimeOfOneRun}, variables);
  if (result.ok()) { return; }
  std::string said = result.err.empty() ? text_of_status(result.status) : result.err;
  while (said.ends_with('\n')) { said.pop_back(); }
  throw InputError({{.file = words[0],
                     .message = "the worker did not evaluate: " + said,
                     .expected = "enigma-worker evaluate",
                     .suggestion = "--worker names another program"}});
}

std::vector<std::string> question_of(const std::string& worker, const std::string& run_folder,
                                     const fs::path& checkpoint, const std::string& data,
                                     const fs::path& out, const EvaluationRequest& request) {
  std::vector<std::string> words = {worker,         "evaluate",
                                    "--checkpoint", checkpoint.string(),
                                    "--point",      run_folder + "/point.json",
                                    "--data",       data,
                                    "--out",        out.string()};
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) { words.insert(words.end(), {option, value}); }
  };
  add("--strategies", fmt::format("{}", fmt::join(request.strategies, ",")));
  add("--sessions", fmt::format("{}", fmt::join(request.sessions, ",")));
  add("--tier", request.tier);
  return words;
}

struct Answer {
  Json evals = Json::array(), skipped = Json::array();
};

void evaluate_run(const Invocation& invocation, const db::Store& store, const sweeps::Spec& spec,
                  const std::string& run, const po::variables_map& values, Answer& answer) {
  const auto skip = [&](const std::string& why) {
    answer.skipped.push_back({{"run", run}, {"why", why}});
  };
  const auto row = store.run(run);
  if (row->run.state != db::State::done) {
    return skip("it is " + std::string(db::name_of(row->run.state)));
  }
  const std::string folder = (fs::absolute(invocation.store) / "runs" / run).string();
  const fs::path checkpoint = last_checkpoint(store, run, folder);
  if (checkpoint.empty()) { return skip("no checkpoint of it is left"); }
  const attempts::Placement placement = attempts::placement_of(row->placement);
  const std::string set = value_of(values, "sessions"), worker = value_of(values, "worker");
  EvaluationRequest request{words_of(value_of(values, "strategies")), {}, value_of(values, "tier")};
  if (!set.empty()) { request.sessions = sessions_of(invocation, spec, set, placement.data); }
  const fs::path out = documents::evaluation_file(folder, checkpoint.string(), request);
  fs::create_directories(out.parent_path());
  ask(invocation, placement,
      question_of(worker.empty() ? placement.worker : fs::absolute(worker).string(), folder,
                  checkpoint, placement.data, out, request));
  for (const Json& eval : documents::evals_in(out)) {
    Json entry = {{"run", run}};
    entry.update(eval);
    answer.evals.push_back(std::move(entry));
  }
}

std::string score_cell(const Json& score) {
  return score.is_number() ? fmt::format("{:.3f}", score.get<double>()) : "-";
}

void print(const Answer& answer) {
  std::vector<std::vector<std::string>> rows = {
      {"run", "strategy", "step", "tier", "loss", "baseline", "correlation", "FEVE", "CCnorm"}};
  for (const Json& eval : answer.evals) {
    rows.push_back({eval["run"].get<std::string>().substr(0, 8), eval["strategy"],
                    eval["step"].dump(), eval["tier"], documents::loss_text(eval["loss"]),
                    documents::loss_text(eval["baseline_loss"]), score_cell(eval["correlation"]),
                    score_cell(eval["feve"]), score_cell(eval["ccnorm"])});
  }
  std::cout << documents::aligned(std::move(rows));
  for (const Json& skipped : answer.skipped) {
    std::cerr << fmt::format("{} is passed over: {}\n", skipped["run"].get<std::string>(),
                             skipped["why"].get<std::string>());
  }
}

sweeps::Spec spec_of(const db::Store& store, const std::string& sweep) {
  auto spec = sweeps::parse_spec(store.sweep(sweep)->spec, sweep + " (as submitted)");
  if (!spec.ok()) { throw InputError(spec.diagnostics); }
  return std::move(*spec.value);
}

}  // namespace

int evaluate(const Invocation& invocation) {
  po::positional_options_description positional;
  positional.add("name", 1);
  const auto values = parse_options(invocation, kUsage, known_options(), positional);
  if (!values) { return kDone; }
  const std::string name = required(*values, "name");
  const auto store = store_of(invocation);
  const Asked asked = asked_of(store, name);
  const sweeps::Spec spec = spec_of(store, asked.sweep);
  check_strategies(spec.family, words_of(value_of(*values, "strategies")));
  Answer answer;
  for (size_t i = 0; i < asked.runs.size(); ++i) {
    if (asked.runs.size() > 1) {
      std::cerr << fmt::format("run {} of {}: {}\n", i + 1, asked.runs.size(), asked.runs[i]);
    }
    evaluate_run(invocation, store, spec, asked.runs[i], *values, answer);
  }
  if (answer.evals.empty() && !answer.skipped.empty()) {
    const Json& first = answer.skipped[0];
    throw InputError({{.file = "evaluate " + name,
                       .message = "no run of it can be scored: " + first["run"].get<std::string>() +
                                  ": " + first["why"].get<std::string>(),
                       .expected = "runs that are done, with a checkpoint",
                       .suggestion = "'enigma-sweep status' lists them"}});
  }
  if (invocation.json) {
    print_document(invocation, {{"evals", answer.evals}, {"skipped", answer.skipped}});
  } else {
    print(answer);
  }
  return kDone;
}

}  // namespace enigma::cli
