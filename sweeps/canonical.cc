#include "sweeps/canonical.h"

#include "files/sha256.h"
#include "sweeps/setting.h"

#include <algorithm>
#include <tuple>

namespace enigma::sweeps {
namespace {

using nlohmann::json;

constexpr std::string_view kSeed = "seed";

const char* name_of(recordings::Align align) {
  return align == recordings::Align::trial ? "trial" : "free";
}

std::vector<std::string> sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void append(std::string& text, std::string_view more) {
  if (!text.empty()) { text += ','; }
  text += more;
}

}  // namespace

CanonicalWriter::CanonicalWriter(const std::string& family) {
  static const Point standard;
  for (const Setting& setting : settings()) {
    if (setting.role != Role::identity || !setting.is_of(family)) { continue; }
    if (std::string_view(setting.path) == "data.sessions") { continue; }
    fields_.push_back({setting.group(),
                       setting.key(),
                       setting.rule.write,
                       setting.required ? json() : setting.rule.write(standard),
                       {},
                       {}});
  }
  add_rule();
  const auto strategies = [](const Point& point) { return sorted(point.evaluation_strategies); };
  fields_.push_back({"data",
                     "sessions",
                     [this](const Point& point) { return digest(point.sessions); },
                     {},
                     {},
                     {}});
  fields_.push_back({"evaluation",
                     "sessions",
                     [this](const Point& point) { return digest(point.evaluation_sessions); },
                     {},
                     {},
                     {}});
  fields_.push_back({"evaluation", "strategies", strategies, {}, {}, {}});
  std::sort(fields_.begin(), fields_.end(), [](const Field& a, const Field& b) {
    return std::tie(a.group, a.key) < std::tie(b.group, b.key);
  });
}

void CanonicalWriter::add_rule() {
  static const recordings::WindowRule standard;
  const auto add = [this](const char* key, auto value) {
    fields_.push_back({"data",
                       key,
                       [value](const Point& point) -> json { return value(point.rule); },
                       value(standard),
                       {},
                       {}});
  };
  using Rule = recordings::WindowRule;
  add("align", [](const Rule& rule) -> json { return name_of(rule.align); });
  add("modalities", [](const Rule& rule) -> json { return sorted(rule.modalities); });
  add("rate_hz", [](const Rule& rule) -> json { return canonical_number(rule.rate_hz); });
  add("window_samples", [](const Rule& rule) -> json { return rule.samples; });
}

json CanonicalWriter::digest(const SessionRefs& sessions) {
  const auto [known, fresh] = digests_.try_emplace(sessions.identity(), sessions, "");
  if (fresh) { known->second.second = digest_of(sessions); }
  return known->second.second;
}

void CanonicalWriter::take(const Point& point) {
  before_.clear();
  after_.clear();
  for (size_t i = 0; i < fields_.size();) {
    std::string members;
    const std::string& group = fields_[i].group;
    for (; i < fields_.size() && fields_[i].group == group; ++i) {
      Field& field = fields_[i];
      json value = field.value(point);
      if (value != field.last) {
        const bool left_out = value == field.standard;
        field.text = left_out ? "" : "\"" + field.key + "\":" + value.dump();
        field.last = std::move(value);
      }
      if (!field.text.empty()) { append(members, field.text); }
    }
    if (members.empty()) { continue; }
    append(group < kSeed ? before_ : after_, "\"" + group + "\":{" + members + "}");
  }
  if (!point.worker.empty()) { append(after_, "\"worker\":" + json(point.worker).dump()); }
}

std::string CanonicalWriter::text(int64_t seed) const {
  std::string text = "{" + before_;
  if (seed != 0) { text += ",\"seed\":" + std::to_string(seed); }
  if (!after_.empty()) { text += "," + after_; }
  return text + "}";
}

json canonical(const Point& point) {
  CanonicalWriter writer(point.family);
  writer.take(point);
  return json::parse(writer.text(point.seed));
}

std::string id_of(std::string_view canonical_text) {
  std::string identity = "{\"id_version\":" + std::to_string(kIdVersion) + ",\"point\":";
  identity += canonical_text;
  return sha256(identity + "}").substr(0, 16);
}

std::string id_of(const json& canonical) {
  return id_of(std::string_view(canonical.dump()));
}

json placement_settings(const Point& point) {
  static const Point standard;
  json all = json::object();
  for (const Setting& setting : settings()) {
    if (setting.role != Role::placement || !setting.is_of(point.family)) { continue; }
    json value = setting.rule.write(point);
    if (!setting.required && value == setting.rule.write(standard)) { continue; }
    all[setting.group()][setting.key()] = std::move(value);
  }
  return all;
}

}  // namespace enigma::sweeps
