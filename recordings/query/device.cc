#include "recordings/query/device.h"

#include "diagnostics/nearest.h"
#include "recordings/format/document.h"
#include "recordings/format/modality_kind.h"
#include "recordings/format/problem.h"

#include <array>
#include <string>
#include <utility>

namespace enigma::recordings::query {
namespace {

template <typename T>
Parsed<Device> as_device(Parsed<T> opened) {
  Parsed<Device> parsed{std::nullopt, std::move(opened.diagnostics)};
  if (opened.ok()) { parsed.value = Device(std::move(*opened.value)); }
  return parsed;
}

}  // namespace

Parsed<Device> open_device(const std::filesystem::path& folder, const nlohmann::json& config) {
  if (!config.is_object() && !config.is_null()) {
    return {std::nullopt,
            {problem_in(folder, "", "options cannot be read", "an object", shown(config))}};
  }
  const Parsed<nlohmann::json> meta = read_yaml(folder / "meta.yml");
  if (!meta.ok()) { return {std::nullopt, meta.diagnostics}; }
  std::vector<Diagnostic> diagnostics;
  const std::string name =
      Fields(*meta.value, folder / "meta.yml", "", diagnostics).text("modality");
  if (!diagnostics.empty()) { return {std::nullopt, std::move(diagnostics)}; }
  const auto kind = modality_kind_of(name);
  if (!kind) { return {std::nullopt, {unknown_kind(folder, name)}}; }
  switch (*kind) {
    case ModalityKind::sequence:
      return as_device(open_sequence_device(folder, *meta.value, config));
    case ModalityKind::screen:
      return as_device(open_screen_device(folder, *meta.value, config));
    case ModalityKind::spikes:
      return as_device(open_spikes_device(folder, *meta.value, config));
    case ModalityKind::time_interval:
      break;
  }
  return as_device(open_intervals_device(folder, *meta.value));
}

Clock clock_of(const Device& device) {
  return std::visit([](const auto& kind) { return clock_of(kind); }, device);
}

Parsed<Answer> ask(const Device& device, const std::vector<double>& times_s) {
  return std::visit([&](const auto& kind) { return ask(kind, times_s); }, device);
}

}  // namespace enigma::recordings::query
