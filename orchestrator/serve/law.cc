#include "orchestrator/serve/law.h"

#include "diagnostics/diagnostic_from_json.h"
#include "files/atomic_file.h"
#include "files/temporary_folder.h"

#include "processes/run.h"
#include "processes/wait.h"
#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <sys/wait.h>
#include <vector>

namespace enigma {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr int kWrongInput = 2, kFitRefused = 7;
constexpr size_t kKnownMax = 64;
const RunLimits kLimits{.time = std::chrono::minutes(5), .bytes_max = size_t{16} << 20};

/// Changes when a run of the sweep has ended, or the sweep has been extended.
std::string stand_of(const db::Store& store, const std::string& sweep) {
  std::string stand;
  const auto row = store.sweep(sweep);
  if (row) { stand = fmt::format("{} {}", row->submitted_at, row->points); }
  for (const auto& [state, runs] : store.counts(sweep)) {
    if (state != "running" && state != "waiting") { stand += fmt::format(" {} {}", state, runs); }
  }
  return stand;
}

int64_t done_of(const db::Store& store, const std::string& sweep) {
  const auto counts = store.counts(sweep);
  const auto done = counts.find("done");
  return done == counts.end() ? 0 : done->second;
}

std::vector<std::string> words_of(const fs::path& program, const fs::path& store,
                                  const std::string& verb, const LawQuestion& question) {
  std::vector<std::string> words = {program.string(), verb,           "--json",
                                    "--store",        store.string(), "--sweep=" + question.sweep};
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) { words.push_back(std::string(option) + value); }
  };
  add("--form=", question.form);
  add("--where=", question.where);
  add("--by=", question.by);
  return words;
}

int code_of(const RunResult& result) {
  return WIFEXITED(result.status) && !result.timed_out && !result.cut ? WEXITSTATUS(result.status)
                                                                      : -1;
}

std::vector<Diagnostic> diagnostics_in(const ordered_json& said) {
  return said.is_object() && said.contains("diagnostics") ? diagnostics_of(said["diagnostics"])
                                                          : std::vector<Diagnostic>{};
}

[[noreturn]] void fail(const RunResult& result) {
  const std::string how = result.timed_out ? "took longer than five minutes"
                                           : "ended with " + text_of_status(result.status);
  const std::string said = result.err.substr(0, result.err.find('\n'));
  throw std::runtime_error("the fit " + how + (said.empty() ? "" : ": " + said));
}

}  // namespace

Laws::Laws(fs::path program, fs::path store)
    : program_(std::move(program)), store_(std::move(store)) {}

ordered_json Laws::law(const db::Store& store, const LawQuestion& question, double now) {
  const std::lock_guard lock(one_at_a_time_);
  const std::string stand = stand_of(store, question.sweep);
  const auto known = known_.find(question);
  if (known != known_.end() && known->second.stand == stand) { return known->second.law; }
  const ordered_json fit = fitted(question);
  const bool refused = fit.is_string();
  ordered_json law = {{"sweep", question.sweep},
                      {"at", now},
                      {"runs_done", done_of(store, question.sweep)},
                      {"refused", refused ? fit : ordered_json()},
                      {"fit", refused ? ordered_json() : fit},
                      {"figure", drawn(question)}};
  if (known_.size() >= kKnownMax) { known_.clear(); }
  known_[question] = {stand, law};
  return law;
}

/// The document of `fit`, or the sentence that says why there is none.
ordered_json Laws::fitted(const LawQuestion& question) const {
  const RunResult result = run(words_of(program_, store_, "fit", question), kLimits);
  const ordered_json said = ordered_json::parse(result.out, nullptr, false);
  if (result.ok() && said.is_object()) { return said; }
  const auto diagnostics = diagnostics_in(said);
  if (diagnostics.empty()) { fail(result); }
  if (code_of(result) == kWrongInput) { throw InputError(diagnostics); }
  if (code_of(result) == kFitRefused) { return diagnostics.front().message; }
  fail(result);
}

/// The numbers of the figure of loss against FLOPs; null where no run is there to be drawn.
ordered_json Laws::drawn(const LawQuestion& question) const {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "law.json";
  auto words = words_of(program_, store_, "plot", question);
  words.push_back("--out=" + file.string());
  if (!question.kind.empty()) { words.push_back("--kind=" + question.kind); }
  const RunResult result = run(words, kLimits);
  if (code_of(result) == kFitRefused) { return nullptr; }
  if (code_of(result) == kWrongInput) {
    throw InputError(diagnostics_in(ordered_json::parse(result.out, nullptr, false)));
  }
  if (!result.ok()) { fail(result); }
  return ordered_json::parse(read_file(file), nullptr, false);
}

}  // namespace enigma
