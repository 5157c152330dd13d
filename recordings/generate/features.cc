#include "recordings/generate/features.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

namespace enigma::recordings::generate {
namespace {

constexpr int64_t kLatentsMax = 16, kAreasMax = 16;

Diagnostic wrong(const char* option, std::string message, std::string expected, std::string found) {
  Diagnostic d;
  d.pointer = option;
  d.message = std::move(message);
  d.expected = std::move(expected);
  d.found = std::move(found);
  return d;
}

bool is_name(const std::string& area) {
  return !area.empty() && std::all_of(area.begin(), area.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '_';
  });
}

void check_areas(const std::vector<std::string>& areas, std::vector<Diagnostic>& diagnostics) {
  for (const std::string& area : areas) {
    if (!is_name(area)) {
      diagnostics.push_back(wrong("--areas", "not the name of an area",
                                  "letters, digits, '-' and '_', with commas between names", area));
    }
  }
  if (std::set<std::string>(areas.begin(), areas.end()).size() != areas.size() ||
      areas.size() > kAreasMax) {
    diagnostics.push_back(wrong("--areas", "areas repeat, or are too many",
                                fmt::format("at most {} different names", kAreasMax),
                                fmt::format("{}", fmt::join(areas, ","))));
  }
}

}  // namespace

nlohmann::ordered_json to_json(const Features& f) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  if (f.wide) { json["wide"] = true; }
  if (f.surround) { json["surround"] = true; }
  if (f.complex > 0) { json["complex"] = f.complex; }
  if (f.latents > 0) { json["latents"] = f.latents; }
  if (f.refractory) { json["refractory"] = true; }
  if (f.calcium) { json["calcium"] = true; }
  if (!f.areas.empty()) { json["areas"] = f.areas; }
  if (f.drift) { json["drift"] = true; }
  if (f.dead > 0) { json["dead"] = f.dead; }
  if (f.silent > 0) { json["silent"] = f.silent; }
  if (f.missing > 0) { json["missing"] = f.missing; }
  if (f.unequal) { json["unequal"] = true; }
  return json;
}

std::vector<Diagnostic> range_errors(const Features& f) {
  std::vector<Diagnostic> diagnostics;
  const auto share = [&](const char* option, double value) {
    if (!(value >= 0 && value <= 1)) {
      diagnostics.push_back(
          wrong(option, "number is out of range", "a share, 0 to 1", fmt::format("{}", value)));
    }
  };
  share("--complex", f.complex);
  share("--dead", f.dead);
  share("--silent", f.silent);
  share("--missing", f.missing);
  if (f.dead + f.silent > 1) {
    diagnostics.push_back(wrong("--silent", "more dead and silent neurons than neurons",
                                "with --dead at most 1", fmt::format("{}", f.dead + f.silent)));
  }
  if (f.latents < 0 || f.latents > kLatentsMax) {
    diagnostics.push_back(wrong("--latents", "number is out of range",
                                fmt::format("0 to {}", kLatentsMax), std::to_string(f.latents)));
  }
  check_areas(f.areas, diagnostics);
  return diagnostics;
}

}  // namespace enigma::recordings::generate
