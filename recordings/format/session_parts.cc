#include "recordings/format/session_parts.h"

#include "diagnostics/nearest.h"
#include "recordings/format/document.h"
#include "recordings/format/file_tree.h"
#include "recordings/format/problem.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace enigma::recordings {
namespace {

using Diagnostics = std::vector<Diagnostic>;

void append(Diagnostics& to, const Diagnostics& from) {
  to.insert(to.end(), from.begin(), from.end());
}

// 0 where the flips are not regular within one per cent: pictures of irregular length have no rate.
double rate_of(const std::vector<double>& flips_s) {
  if (flips_s.size() < 3) { return 0; }
  // The last flip closes the recording and may come at any time.
  const size_t steps = flips_s.size() - 2;
  const double mean_s = (flips_s[steps] - flips_s[0]) / static_cast<double>(steps);
  for (size_t i = 1; i <= steps; ++i) {
    if (std::abs(flips_s[i] - flips_s[i - 1] - mean_s) > 0.01 * mean_s) { return 0; }
  }
  return 1.0 / mean_s;
}

void open_sequence_part(Session::Impl& parts, const std::filesystem::path& folder,
                        const nlohmann::json& meta, Diagnostics& diagnostics) {
  Parsed<Sequence> sequence = open_sequence(folder, meta);
  append(diagnostics, sequence.diagnostics);
  if (!sequence.ok()) { return; }
  const std::string name = folder.filename().string();
  parts.modalities.push_back({name, ModalityKind::sequence, sequence.value->rate_hz,
                              sequence.value->signals, sequence.value->start_s,
                              sequence.value->end_s});
  parts.sequences.emplace(name, std::move(*sequence.value));
  parts.nan_rows.emplace(name, std::make_unique<NanRows>());
}

void open_screen_part(Session::Impl& parts, const std::filesystem::path& folder,
                      const nlohmann::json& meta, Diagnostics& diagnostics) {
  Parsed<Screen> screen = open_screen(folder, meta);
  append(diagnostics, screen.diagnostics);
  if (!screen.ok()) { return; }
  const Screen& open = *screen.value;
  parts.modalities.push_back({folder.filename().string(), ModalityKind::screen,
                              rate_of(open.flips_s), open.height * open.width * open.channels,
                              open.start_s(), open.end_s()});
  if (!parts.screen || folder.filename() == "screen") { parts.screen = std::move(*screen.value); }
}

// Spikes and labelled intervals are recognised and listed; windows do not read them.
void list_events(Session::Impl& parts, const std::filesystem::path& folder, ModalityKind kind,
                 const nlohmann::json& meta, Diagnostics& diagnostics) {
  Fields fields(meta, folder / "meta.yml", "", diagnostics);
  Modality modality{folder.filename().string(), kind, 0, 0, fields.number("start_time"),
                    fields.number("end_time")};
  const bool spikes = kind == ModalityKind::spikes;
  const char* list = spikes ? "spike_indices" : "labels";
  const size_t length = fields.has(list) ? meta[list].size() : 0;
  modality.signals = static_cast<int64_t>(spikes && length > 0 ? length - 1 : length);
  parts.modalities.push_back(std::move(modality));
}

void open_part(Session::Impl& parts, const std::filesystem::path& folder,
               Diagnostics& diagnostics) {
  const Parsed<nlohmann::json> meta = read_yaml(folder / "meta.yml");
  append(diagnostics, meta.diagnostics);
  if (!meta.ok()) { return; }
  Fields fields(*meta.value, folder / "meta.yml", "", diagnostics);
  const std::string name = fields.text("modality");
  if (name.empty()) { return; }
  const auto kind = modality_kind_of(name);
  if (!kind) {
    diagnostics.push_back(unknown_kind(folder, name));
    return;
  }
  switch (*kind) {
    case ModalityKind::sequence:
      return open_sequence_part(parts, folder, *meta.value, diagnostics);
    case ModalityKind::screen:
      return open_screen_part(parts, folder, *meta.value, diagnostics);
    case ModalityKind::spikes:
    case ModalityKind::time_interval:
      return list_events(parts, folder, *kind, *meta.value, diagnostics);
  }
}

}  // namespace

const std::vector<bool>& NanRows::of(const Sequence& sequence) {
  std::call_once(once_, [&] { rows_ = rows_with_nan(sequence); });
  return rows_;
}

const Sequence* Session::Impl::sequence(const std::string& modality) const {
  const auto found = sequences.find(modality);
  return found == sequences.end() ? nullptr : &found->second;
}

std::unique_ptr<Session::Impl> open_parts(const std::filesystem::path& folder,
                                          Diagnostics& diagnostics) {
  auto parts = std::make_unique<Session::Impl>();
  parts->name = session_name(folder);
  parts->path = folder;
  if (auto link = broken_link(folder)) {
    diagnostics.push_back(std::move(*link));
    return parts;
  }
  std::vector<std::filesystem::path> folders;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (is_modality_folder(entry.path())) {
      folders.push_back(entry.path());
    } else if (is_lost_folder(entry.path())) {
      diagnostics.push_back(*broken_link(entry.path()));
    }
  }
  std::sort(folders.begin(), folders.end());
  for (const auto& part : folders) { open_part(*parts, part, diagnostics); }
  if (error || folders.empty()) {
    Diagnostic d;
    d.file = folder.string();
    d.message = "is not a recording session";
    d.expected = "a folder with a meta.yml per modality (experanto)";
    if (error) { d.found = error.message(); }
    diagnostics.push_back(std::move(d));
  }
  return parts;
}

}  // namespace enigma::recordings
