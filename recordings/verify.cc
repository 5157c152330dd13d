#include "recordings/verify.h"

#include "files/sha256.h"
#include "recordings/format/digest.h"
#include "recordings/format/document.h"
#include "recordings/format/file_tree.h"
#include "recordings/format/labelled_intervals.h"
#include "recordings/format/npy.h"
#include "recordings/format/problem.h"
#include "recordings/format/sequence.h"
#include "recordings/format/session_parts.h"
#include "recordings/format/spikes.h"
#include "recordings/manifest.h"
#include "recordings/parallel.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <map>
#include <string>
#include <utility>

namespace enigma::recordings {
namespace {

namespace fs = std::filesystem;
using Diagnostics = std::vector<Diagnostic>;

constexpr double kRowsOff = 1.5;  // a row more or less than duration × rate is usual

void append(Diagnostics& to, const Diagnostics& from) {
  to.insert(to.end(), from.begin(), from.end());
}

void check_count(const fs::path& file, const nlohmann::json& meta, const char* key, int64_t have,
                 Diagnostics& diagnostics) {
  if (!meta.contains(key) || !meta[key].is_number_integer() || meta[key].get<int64_t>() == have) {
    return;
  }
  diagnostics.push_back(problem_in(file, std::string("/") + key, "length is not that of the data",
                                   std::to_string(have), shown(meta[key])));
}

void check_rows(const fs::path& folder, const Sequence& sequence, Diagnostics& diagnostics) {
  const double expected = (sequence.end_s - sequence.start_s) * sequence.rate_hz;
  const double off = static_cast<double>(sequence.rows) - expected;
  if (!(std::abs(off) > kRowsOff)) { return; }
  diagnostics.push_back(problem_in(
      folder / "meta.yml", "/end_time", "clock and number of rows contradict each other",
      std::to_string(expected) + " rows by clock and rate", std::to_string(sequence.rows)));
}

void check_memory_size(const fs::path& folder, const Sequence& sequence, Diagnostics& diagnostics) {
  if (!sequence.in_memory_file) { return; }
  const auto have = static_cast<int64_t>(sequence.mapping.bytes().size());
  const int64_t need =
      sequence.rows * sequence.signals * static_cast<int64_t>(bytes_of(sequence.type));
  if (have != need) {
    diagnostics.push_back(problem_in(folder / "data.mem", "data",
                                     "file is longer than meta.yml says",
                                     std::to_string(need) + " bytes", std::to_string(have)));
  }
}

// Nothing reads these times; a recording that bears them should bear right ones.
void check_timestamps(const fs::path& folder, const Sequence& sequence, Diagnostics& diagnostics) {
  const fs::path file = folder / "timestamps.npy";
  std::error_code unknown;
  if (!fs::exists(file, unknown)) { return; }
  const Parsed<NpyArray> array = open_npy(file);
  append(diagnostics, array.diagnostics);
  if (!array.ok()) { return; }
  const auto time_at = [&](int64_t i) {
    return number_at(array.value->data, array.value->type, static_cast<size_t>(i));
  };
  if (array.value->elements != sequence.rows) {
    diagnostics.push_back(problem_in(file, "shape", "length is not that of the data",
                                     std::to_string(sequence.rows),
                                     std::to_string(array.value->elements)));
  }
  for (int64_t i = 0; i < array.value->elements; ++i) {
    if (std::isfinite(time_at(i)) && (i == 0 || time_at(i) > time_at(i - 1))) { continue; }
    diagnostics.push_back(problem_in(file, "/" + std::to_string(i), "clock runs backwards",
                                     "a finite time after the one before it",
                                     std::to_string(time_at(i))));
    return;
  }
}

void check_nans(const fs::path& folder, const Sequence& sequence, Diagnostics& diagnostics) {
  const std::vector<bool> bad = rows_with_nan(sequence);
  int64_t rows = 0, runs = 0, run = 0, longest = 0, longest_at = 0;
  for (size_t r = 0; r < bad.size(); ++r) {
    run = bad[r] ? run + 1 : 0;
    rows += bad[r];
    runs += run == 1;
    if (run > longest) { longest = run, longest_at = static_cast<int64_t>(r) - run + 1; }
  }
  if (rows == 0) { return; }
  Diagnostic d = problem_in(
      folder / (sequence.in_memory_file ? "data.mem" : "data.npy"),
      "row " + std::to_string(longest_at),
      std::to_string(runs) + " runs of NaN, the longest of " + std::to_string(longest) +
          " rows here",
      "finite numbers",
      "NaN in " + std::to_string(rows) + " of " + std::to_string(sequence.rows) + " rows");
  d.severity = Severity::warning;
  diagnostics.push_back(std::move(d));
}

void check_statistics(const fs::path& folder, const Sequence& sequence, Diagnostics& diagnostics) {
  for (const char* name : {"means.npy", "stds.npy"}) {
    const fs::path file = folder / "meta" / name;
    std::error_code unknown;
    if (!fs::exists(file, unknown)) { continue; }
    const Parsed<NpyArray> array = open_npy(file);
    append(diagnostics, array.diagnostics);
    if (array.ok() && array.value->elements != sequence.signals && array.value->elements != 1) {
      diagnostics.push_back(problem_in(file, "shape", "not one statistic per signal",
                                       std::to_string(sequence.signals),
                                       std::to_string(array.value->elements)));
    }
  }
}

void verify_sequence(const fs::path& folder, const nlohmann::json& meta, Diagnostics& diagnostics) {
  const Parsed<Sequence> sequence = open_sequence(folder, meta);
  if (!sequence.ok()) {
    return;  // told by inspect
  }
  check_count(folder / "meta.yml", meta, "n_timestamps", sequence.value->rows, diagnostics);
  check_count(folder / "meta.yml", meta, "n_signals", sequence.value->signals, diagnostics);
  check_rows(folder, *sequence.value, diagnostics);
  check_memory_size(folder, *sequence.value, diagnostics);
  check_timestamps(folder, *sequence.value, diagnostics);
  check_statistics(folder, *sequence.value, diagnostics);
  if (folder.filename() != "responses") { check_nans(folder, *sequence.value, diagnostics); }
}

void verify_screen(const fs::path& folder, const nlohmann::json& meta, Diagnostics& diagnostics) {
  const Parsed<Screen> screen = open_screen(folder, meta);
  if (!screen.ok()) {
    return;  // told by inspect
  }
  const auto flips = static_cast<int64_t>(screen.value->flips_s.size());
  if (flips > screen.value->first_frames.back()) {
    diagnostics.push_back(problem_in(folder / "timestamps.npy", "shape", "more flips than frames",
                                     std::to_string(screen.value->first_frames.back()),
                                     std::to_string(flips)));
  }
}

bool is_tier(const std::string& label) {
  constexpr std::array<const char*, 6> kTiers = {"train",  "validation", "test",
                                                 "oracle", "live_test",  "final_test"};
  return std::any_of(kTiers.begin(), kTiers.end(),
                     [&](const char* tier) { return label.starts_with(tier); });
}

struct TierSpan {
  TimeInterval span;
  const std::string* tier;
};

// Sorted by start, two spans of different tiers overlap only if a neighbour of the one that
// reaches furthest does.
void check_tiers(const fs::path& folder, const LabelledIntervals& labelled,
                 Diagnostics& diagnostics) {
  std::vector<TierSpan> spans;
  for (const auto& label : labelled.labels) {
    for (const TimeInterval& span : label.intervals) {
      if (is_tier(label.name) && span.start_s < span.end_s) {
        spans.push_back({span, &label.name});
      }
    }
  }
  std::sort(spans.begin(), spans.end(),
            [](const TierSpan& a, const TierSpan& b) { return a.span.start_s < b.span.start_s; });
  std::map<std::string, double> reach_s;  // per tier: how far it goes so far
  for (const TierSpan& next : spans) {
    for (const auto& [tier, end_s] : reach_s) {
      if (tier != *next.tier && next.span.start_s < end_s) {
        diagnostics.push_back(problem_in(
            folder, "/labels/" + *next.tier, "tiers overlap", "no time in two tiers",
            tier + " and " + *next.tier + " at " + std::to_string(next.span.start_s) + " s"));
        return;
      }
    }
    reach_s[*next.tier] = std::max(reach_s[*next.tier], next.span.end_s);
  }
}

void verify_intervals(const fs::path& folder, const nlohmann::json& meta,
                      Diagnostics& diagnostics) {
  const Parsed<LabelledIntervals> labelled = open_labelled_intervals(folder, meta);
  append(diagnostics, labelled.diagnostics);
  if (!labelled.ok()) { return; }
  check_tiers(folder, *labelled.value, diagnostics);
  for (const auto& label : labelled.value->labels) {
    for (size_t i = 0; i < label.intervals.size(); ++i) {
      const TimeInterval& span = label.intervals[i];
      if (span.start_s <= span.end_s) { continue; }
      Diagnostic d = problem_in(folder, "/labels/" + label.name + "/" + std::to_string(i),
                                "interval ends before it starts, and is ignored", "start ≤ end",
                                std::to_string(span.start_s) + " to " + std::to_string(span.end_s));
      d.severity = Severity::warning;
      diagnostics.push_back(std::move(d));
      break;
    }
  }
}

void verify_modality(const fs::path& folder, Diagnostics& diagnostics) {
  const Parsed<nlohmann::json> meta = read_yaml(folder / "meta.yml");
  if (!meta.ok() || !meta.value->is_object()) {
    return;  // told by inspect
  }
  const nlohmann::json name = meta.value->value("modality", nlohmann::json());
  const auto kind = name.is_string() ? modality_kind_of(name.get<std::string>()) : std::nullopt;
  if (!kind) { return; }  // reported by inspect
  switch (*kind) {
    case ModalityKind::sequence:
      return verify_sequence(folder, *meta.value, diagnostics);
    case ModalityKind::screen:
      return verify_screen(folder, *meta.value, diagnostics);
    case ModalityKind::spikes:
      return append(diagnostics, open_spikes(folder, *meta.value).diagnostics);
    case ModalityKind::time_interval:
      return verify_intervals(folder, *meta.value, diagnostics);
  }
}

void check_files(const FileTree& tree, DigestCache& cache, Diagnostics& diagnostics) {
  append_untold(diagnostics, tree.problems);
  for (const auto& [name, path] : tree.files) {
    const std::string recorded = cache.recorded(path);
    const std::string now = recorded.empty() ? "" : sha256_of_file(path);
    if (now != recorded) {
      diagnostics.push_back(problem_in(
          path, "digest", "file has changed since its digest was recorded", recorded, now));
    }
  }
}

void check_digest(const fs::path& session, const FileTree& tree, const nlohmann::json& manifest,
                  Diagnostics& diagnostics) {
  const nlohmann::json sessions =
      manifest.is_object() ? manifest.value("sessions", nlohmann::json()) : nlohmann::json();
  if (!sessions.is_array()) { return; }
  for (const auto& entry : sessions) {
    const bool about = entry.is_object() && entry.contains("digest") &&
                       entry["digest"].is_string() &&
                       entry.value("name", nlohmann::json()) == session_name(session);
    if (!about) { continue; }
    DigestCache fresh{fs::path()};
    const std::string now = digest_of(tree, fresh);
    if (now != entry["digest"].get<std::string>()) {
      diagnostics.push_back(problem_in(session, "digest",
                                       "session has changed since manifest.json was written",
                                       entry["digest"].get<std::string>(), now));
    }
  }
}

// Data without a meta.yml are read by nobody, which is hardly what was meant.
void check_orphan(const fs::path& folder, Diagnostics& diagnostics) {
  std::error_code unknown;
  for (const char* name : {"data.npy", "data.mem", "spikes.npy", "spikes.mem", "timestamps.npy"}) {
    if (fs::exists(folder / name, unknown)) {
      diagnostics.push_back(problem_in(folder / "meta.yml", "", "file is missing",
                                       "what the data beside it are", name));
      return;
    }
  }
}

void verify_session(const fs::path& session, const nlohmann::json& manifest, DigestCache& cache,
                    Diagnostics& diagnostics) {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(session)) {
    if (is_modality_folder(entry.path())) {
      folders.push_back(entry.path());
    } else {
      check_orphan(entry.path(), diagnostics);
    }
  }
  std::sort(folders.begin(), folders.end());
  for (const fs::path& folder : folders) { verify_modality(folder, diagnostics); }
  const FileTree tree = files_below(session);
  check_files(tree, cache, diagnostics);
  check_digest(session, tree, manifest, diagnostics);
}

nlohmann::json manifest_of(const fs::path& data, Diagnostics& diagnostics) {
  std::error_code unknown;
  if (!fs::exists(data / "manifest.json", unknown)) { return nullptr; }
  Parsed<nlohmann::json> manifest = read_json(data / "manifest.json");
  append(diagnostics, manifest.diagnostics);
  return manifest.value.value_or(nullptr);
}

}  // namespace

Verified verify(const fs::path& data, const VerifyOptions& options) {
  InspectOptions first;
  first.digests = false;
  const Manifest manifest = inspect(data, first);
  std::vector<Diagnostics> found(manifest.sessions.size());
  Verified verified{static_cast<int64_t>(manifest.sessions.size()), {}};
  const nlohmann::json recorded = manifest_of(data, verified.diagnostics);
  DigestCache cache(options.cache);
  const auto work = [&](size_t i) {
    const SessionInfo& info = manifest.sessions[i];
    // Not its warnings: a session without responses is a session all the same.
    std::copy_if(info.problems.begin(), info.problems.end(), std::back_inserter(found[i]),
                 [](const Diagnostic& d) { return d.severity == Severity::error; });
    if (broken_link(info.path)) {
      return;  // told by inspect
    }
    try {
      verify_session(info.path, recorded, cache, found[i]);
    } catch (const std::exception& error) {  // one unreadable session does not hide the others
      found[i].push_back(problem_in(info.path, "", "session cannot be read", "", error.what()));
    }
  };
  for_each_session(manifest.sessions.size(), work, options.progress);
  for (const Diagnostics& part : found) { append(verified.diagnostics, part); }
  return verified;
}

}  // namespace enigma::recordings
