#include "recordings/manifest.h"

#include "recordings/format/digest.h"
#include "recordings/format/document.h"
#include "recordings/format/file_tree.h"
#include "recordings/format/problem.h"
#include "recordings/format/session_parts.h"
#include "recordings/format/window.h"
#include "recordings/parallel.h"

#include <algorithm>
#include <cmath>
#include <regex>
#include <set>
#include <utility>

namespace enigma::recordings {
namespace {

constexpr double kShortTrial_s = 2;  // below it windows follow trials

std::string text_at(const nlohmann::json& meta, const char* key) {
  if (!meta.is_object() || !meta.contains(key)) { return ""; }
  const nlohmann::json& value = meta[key];
  if (value.is_string()) { return value.get<std::string>(); }
  return value.is_number_integer() ? value.dump() : "";
}

std::string animal_in_name(const std::string& name) {
  static const std::regex before_date("^(.+?)[-_]\\d{4}-\\d{2}-\\d{2}");
  static const std::regex released("^dynamic(\\d+)-");
  std::smatch match;
  if (std::regex_search(name, match, before_date) || std::regex_search(name, match, released)) {
    return match[1];
  }
  return "";
}

void take_identity(SessionInfo& info) {
  nlohmann::json meta;
  const std::filesystem::path file = info.path / "meta.json";
  std::error_code unknown;
  if (std::filesystem::exists(file, unknown)) {
    Parsed<nlohmann::json> parsed = read_json(file);
    info.problems.insert(info.problems.end(), parsed.diagnostics.begin(), parsed.diagnostics.end());
    if (parsed.ok()) { meta = std::move(*parsed.value); }
  }
  info.species = text_at(meta, "species");
  info.area = text_at(meta, "area");
  info.animal = text_at(meta, "animal");
  if (info.animal.empty()) { info.animal = text_at(meta, "animal_id"); }
  if (info.animal.empty() && meta.is_object() && meta.contains("scan_key")) {
    info.animal = text_at(meta["scan_key"], "animal_id");
  }
  if (info.animal.empty()) { info.animal = animal_in_name(info.name); }
}

// An import writes NaN where its source says that nothing was observed, and how many rows of it.
bool is_told(const std::filesystem::path& folder, int64_t rows) {
  const Parsed<nlohmann::json> meta = read_yaml(folder / "meta.yml");
  return meta.ok() && meta.value->is_object() && meta.value->contains("rows_unobserved") &&
         (*meta.value)["rows_unobserved"] == rows;
}

void find_nan_responses(SessionInfo& info, const Session::Impl& parts) {
  const Sequence* responses = parts.sequence("responses");
  if (responses == nullptr) { return; }
  const std::vector<bool>& bad = parts.nan_rows.at("responses")->of(*responses);
  const auto rows = std::count(bad.begin(), bad.end(), true);
  if (rows == 0) { return; }
  const int64_t row = std::find(bad.begin(), bad.end(), true) - bad.begin();
  const size_t neuron =
      first_nan(responses->row(row), responses->type, static_cast<size_t>(responses->signals));
  const std::filesystem::path folder = info.path / "responses";
  Diagnostic d;
  d.file =
      (folder / (std::filesystem::exists(folder / "data.mem") ? "data.mem" : "data.npy")).string();
  d.pointer = "row " + std::to_string(row) + ", neuron " + std::to_string(neuron);
  d.message = "responses hold NaN";
  d.expected = "finite numbers";
  d.found = "NaN in " + std::to_string(rows) + " of " + std::to_string(responses->rows) + " rows";
  d.suggestion = "no window contains these rows; repair the file to use them";
  if (is_told(folder, rows)) {
    d.severity = Severity::warning;
    d.message = "responses are NaN where the source observed nothing";
    d.suggestion = "no window contains these rows";
  }
  info.problems.push_back(std::move(d));
}

void take_extent(SessionInfo& info, const Session::Impl& parts) {
  info.modalities = parts.modalities;
  const Sequence* responses = parts.sequence("responses");
  if (responses != nullptr) {
    info.neurons = responses->signals;
    info.seconds = static_cast<double>(responses->rows) / responses->rate_hz;
    return;
  }
  if (has_errors(info.problems)) { return; }
  Diagnostic d;
  d.severity = Severity::warning;
  d.file = (info.path / "responses").string();
  d.message = "session has no responses that windows can be cut from";
  d.expected = "a modality named responses of kind sequence";
  info.problems.push_back(std::move(d));
}

void take_tiers(SessionInfo& info, const Screen& screen) {
  std::vector<double> lengths_s;
  for (size_t i = 0; i < screen.trials.size(); ++i) {
    const Trial& trial = screen.trials[i];
    if (trial.tier == "blank" || !trial.valid || trial.kind == TrialKind::invalid) { continue; }
    const double length_s =
        screen.end_s(static_cast<int64_t>(i)) - screen.onset_s(static_cast<int64_t>(i));
    Tier& tier = info.tiers[trial.tier];
    tier.trials += 1;
    tier.seconds += length_s;
    if (trial.kind != TrialKind::blank) { lengths_s.push_back(length_s); }
  }
  if (lengths_s.empty()) { return; }
  const auto middle = lengths_s.begin() + static_cast<std::ptrdiff_t>(lengths_s.size() / 2);
  std::nth_element(lengths_s.begin(), middle, lengths_s.end());
  info.trial_seconds_median = *middle;
}

double response_rate_hz(const SessionInfo& info) {
  for (const Modality& modality : info.modalities) {
    if (modality.name == "responses") { return modality.rate_hz; }
  }
  return 0;
}

WindowRule default_rule(const SessionInfo& info) {
  WindowRule rule;
  if (response_rate_hz(info) > 0) { rule.rate_hz = response_rate_hz(info); }
  return rule;
}

SessionInfo inspect_session(const std::filesystem::path& folder, const InspectOptions& options,
                            DigestCache& cache) {
  SessionInfo info;
  info.path = folder;
  const std::unique_ptr<Session::Impl> parts = open_parts(folder, info.problems);
  info.name = parts->name;
  take_identity(info);
  take_extent(info, *parts);
  find_nan_responses(info, *parts);
  if (parts->screen) {
    info.video_channels = parts->screen->channels;
    info.video_height = parts->screen->height;
    info.video_width = parts->screen->width;
    take_tiers(info, *parts->screen);
  }
  const WindowRule rule = options.rule ? *options.rule : default_rule(info);
  for (auto& [name, tier] : info.tiers) {
    tier.windows = static_cast<int64_t>(disjoint_window_starts(*parts, name, rule).size());
  }
  if (broken_link(folder)) { return info; }
  const FileTree tree = files_below(folder);
  append_untold(info.problems, tree.problems);
  if (options.digests) { info.digest = digest_of(tree, cache); }
  return info;
}

SessionInfo inspect_guarded(const std::filesystem::path& folder, const InspectOptions& options,
                            DigestCache& cache) {
  try {
    return inspect_session(folder, options, cache);
  } catch (const std::exception& error) {  // one unreadable session does not hide the others
    SessionInfo info;
    info.path = folder;
    info.name = session_name(folder);
    Diagnostic d;
    d.file = folder.string();
    d.message = std::string("session cannot be read: ") + error.what();
    info.problems.push_back(std::move(d));
    return info;
  }
}

nlohmann::ordered_json number_or_null(double number) {
  return number > 0 ? nlohmann::ordered_json(number) : nlohmann::ordered_json();
}

nlohmann::ordered_json text_or_null(const std::string& text) {
  return text.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(text);
}

nlohmann::ordered_json session_json(const SessionInfo& info) {
  nlohmann::ordered_json json;
  json["name"] = info.name;
  json["species"] = text_or_null(info.species);
  json["animal"] = text_or_null(info.animal);
  json["area"] = text_or_null(info.area);
  json["neurons"] = info.neurons > 0 ? nlohmann::ordered_json(info.neurons) : nullptr;
  json["seconds"] = number_or_null(info.seconds);
  json["hours"] = number_or_null(info.seconds / 3600);
  json["tiers"] = nlohmann::ordered_json::object();
  for (const auto& [name, tier] : info.tiers) {
    json["tiers"][name] = {
        {"trials", tier.trials}, {"seconds", tier.seconds}, {"windows", tier.windows}};
  }
  json["modalities"] = nlohmann::ordered_json::array();
  for (const Modality& m : info.modalities) {
    json["modalities"].push_back({{"name", m.name},
                                  {"kind", name_of(m.kind)},
                                  {"rate_hz", number_or_null(m.rate_hz)},
                                  {"signals", m.signals}});
  }
  json["digest"] = text_or_null(info.digest);
  json["problems"] = to_json(info.problems);
  return json;
}

[[noreturn]] void refuse(const std::filesystem::path& data, std::string message) {
  Diagnostic d;
  d.file = data.string();
  d.message = std::move(message);
  d.expected = "a folder of recording sessions (experanto experiments)";
  throw InputError({d});
}

}  // namespace

Manifest inspect(const std::filesystem::path& data, const InspectOptions& options) {
  if (auto link = broken_link(data)) { throw InputError({std::move(*link)}); }
  if (!std::filesystem::is_directory(data)) { refuse(data, "is no folder"); }
  const std::vector<std::filesystem::path> folders = session_folders(data);
  if (folders.empty()) { refuse(data, "holds no session"); }
  Manifest manifest{data, std::vector<SessionInfo>(folders.size())};
  DigestCache cache(options.cache);
  const auto look = [&](size_t i) {
    manifest.sessions[i] = inspect_guarded(folders[i], options, cache);
  };
  for_each_session(folders.size(), look, options.progress);
  cache.save();
  return manifest;
}

nlohmann::ordered_json to_json(const Manifest& manifest) {
  nlohmann::ordered_json json;
  json["schema"] = "enigma.inspect/1";
  json["sessions"] = nlohmann::ordered_json::array();
  for (const SessionInfo& info : manifest.sessions) {
    json["sessions"].push_back(session_json(info));
  }
  return json;
}

WindowRule natural_rule(const Manifest& manifest) {
  WindowRule rule;
  std::vector<double> trials_s;
  for (const SessionInfo& info : manifest.sessions) {
    if (trials_s.empty() && response_rate_hz(info) > 0) { rule.rate_hz = response_rate_hz(info); }
    if (info.trial_seconds_median > 0) { trials_s.push_back(info.trial_seconds_median); }
  }
  if (trials_s.empty()) { return rule; }
  std::sort(trials_s.begin(), trials_s.end());
  const double trial_s = trials_s[trials_s.size() / 2];
  if (trial_s >= kShortTrial_s) { return rule; }
  rule.align = Align::trial;
  rule.samples = std::max<int64_t>(1, std::llround(trial_s * rule.rate_hz));
  return rule;
}

}  // namespace enigma::recordings
