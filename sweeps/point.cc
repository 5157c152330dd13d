#include "sweeps/point.h"

#include "files/sha256.h"
#include "sweeps/canonical.h"
#include "sweeps/family.h"
#include "sweeps/setting.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace enigma::sweeps {
namespace {

nlohmann::ordered_json refs_json(const std::vector<SessionRef>& sessions) {
  auto list = nlohmann::ordered_json::array();
  for (const SessionRef& session : sessions) {
    list.push_back({{"name", session.name},
                    {"digest", session.digest},
                    {"neurons", session.neurons},
                    {"animal", session.animal}});
  }
  return list;
}

constexpr int64_t kIntegerMax = int64_t{1} << 53;

class PointReader {
 public:
  PointReader(const Document& document, std::vector<Diagnostic>& diagnostics)
      : document_(document),
        diagnostics_(diagnostics),
        family_(family_at(document.root, Json::json_pointer("/point/model/family"))) {}

  PointFile read() {
    Fields fields(document_, document_.root, "", diagnostics_);
    set(file_.id, fields.text("id"));
    set(file_.steps, fields.integer("steps", 1, kIntegerMax));
    set(file_.flops, fields.number("flops", kPositive));
    set(file_.flops_per_step, fields.number("flops_per_step", kPositive));
    fields.integer("seed", 0, kIntegerMax);
    for (const char* key : {"id", "steps", "flops", "flops_per_step"}) {
      fields.need(key, "a value");
    }
    if (const Json* json = fields.need("sessions", "a list of sessions")) {
      point().sessions = refs(*json, "/sessions");
    }
    if (const Json* json = fields.need("evaluation_sessions", "a list of sessions")) {
      point().evaluation_sessions = refs(*json, "/evaluation_sessions");
    }
    if (const Json* json = fields.need("point", "an object")) { read_point(*json); }
    group(fields, "placement", [&](Fields& placement) {
      for (const std::string& name : setting_groups()) {
        group(placement, name.c_str(), [&](Fields& f) { read_settings(f, name, Role::placement); });
      }
    });
    fields.finish();
    file_.point = std::move(point());
    return file_;
  }

 private:
  template <typename T>
  static void set(T& field, std::optional<T> value) {
    if (value) { field = std::move(*value); }
  }

  std::vector<SessionRef> refs(const Json& list, const std::string& pointer) {
    std::vector<SessionRef> sessions;
    if (!list.is_array()) {
      Diagnostic diagnostic = document_.at(pointer, "wrong type");
      diagnostic.expected = "a list of sessions";
      diagnostic.found = describe(list);
      diagnostics_.push_back(std::move(diagnostic));
      return sessions;
    }
    for (size_t i = 0; i < list.size(); ++i) {
      Fields fields(document_, list[i], child_pointer(pointer, std::to_string(i)), diagnostics_);
      SessionRef session;
      set(session.name, fields.text("name"));
      set(session.digest, fields.text("digest"));
      set(session.neurons, fields.integer("neurons", 0, kIntegerMax));
      if (const Json* animal = fields.get("animal"); animal && animal->is_string()) {
        session.animal = animal->get<std::string>();
      }
      fields.finish();
      sessions.push_back(std::move(session));
    }
    return sessions;
  }

  /// The object under `key`, handed to `read`; nothing where it is absent.
  template <typename Read>
  void group(Fields& fields, const char* key, Read read) {
    const Json* json = fields.get(key);
    if (json == nullptr) { return; }
    Fields members(document_, *json, fields.pointer(key), diagnostics_);
    read(members);
    members.finish();
  }

  void read_point(const Json& json) {
    Fields fields(document_, json, "/point", diagnostics_);
    for (const std::string& name : setting_groups()) {
      if (name == "data") { continue; }  // its sessions stand there as a digest
      group(fields, name.c_str(), [&](Fields& f) { read_settings(f, name, Role::identity); });
    }
    group(fields, "data", [&](Fields& f) { read_data(f); });
    group(fields, kWorkerGroup, [&](Fields& f) { read_worker(f, json[kWorkerGroup]); });
    group(fields, "evaluation", [&](Fields& f) {
      check_digest(f, point().evaluation_sessions);
      set(point().evaluation_strategies, f.texts("strategies"));
    });
    set(point().seed, fields.integer("seed", 0, kIntegerMax));
    fields.finish();
  }

  void read_settings(Fields& members, const std::string& group, Role role) {
    for (const Setting& setting : settings()) {
      if (setting.group() != group || setting.role != role || !setting.is_of(family_)) { continue; }
      const std::string key = setting.key();
      const Json* json =
          setting.required ? members.need(key, setting.rule.words) : members.get(key);
      if (json == nullptr) { continue; }
      setting.rule.read(
          {document_, *json, members.pointer(key), diagnostics_, family_named(family_)}, draft_);
    }
  }

  void read_worker(Fields& members, const Json& json) {
    for (const auto& [key, value] : json.items()) {
      members.get(key);
      find_setting(worker_path(key))
          ->rule.read({document_, value, members.pointer(key), diagnostics_, family_named(family_),
                       worker_path(key)},
                      draft_);
    }
  }

  void read_data(Fields& f) {
    recordings::WindowRule& rule = point().rule;
    if (const auto align = f.word("align", {"trial", "free"})) {
      rule.align = *align == "trial" ? recordings::Align::trial : recordings::Align::free;
    }
    set(rule.modalities, f.texts("modalities"));
    set(rule.rate_hz, f.number("rate_hz", kPositive));
    set(rule.samples, f.integer("window_samples", 1, kIntegerMax));
    check_digest(f, point().sessions);
  }

  /// The digest in the point and the names beside it must speak of the same sessions.
  void check_digest(Fields& f, const std::vector<SessionRef>& sessions) {
    const auto digest = f.text("sessions");
    if (digest && *digest != digest_of(sessions)) {
      Diagnostic diagnostic = document_.at(f.pointer("sessions"), "not the digest of the sessions");
      diagnostic.expected = digest_of(sessions);
      diagnostic.found = *digest;
      diagnostics_.push_back(std::move(diagnostic));
    }
  }

  Point& point() { return draft_.point; }

  const Document& document_;
  std::vector<Diagnostic>& diagnostics_;
  std::string family_;
  Draft draft_;
  PointFile file_;
};

}  // namespace

const char* name_of(Precision precision) {
  return precision == Precision::float32 ? "float32" : "bfloat16";
}

const char* name_of(NeuronBias bias) {
  return bias == NeuronBias::rates ? "rates" : "published";
}

const char* name_of(Spikes spikes) {
  switch (spikes) {
    case Spikes::stop:
      return "stop";
    case Spikes::skip:
      return "skip";
    case Spikes::roll_back:
      break;
  }
  return "roll_back";
}

int64_t own_integer(const Point& point, const std::string& path, int64_t standard) {
  const auto found = point.own.find(path);
  return found == point.own.end() ? standard : found->second.get<int64_t>();
}

std::string own_word_of(const Point& point, const std::string& path, const std::string& standard) {
  const auto found = point.own.find(path);
  return found == point.own.end() ? standard : found->second.get<std::string>();
}

nlohmann::json canonical_number(double value) {
  if (value == std::floor(value) && std::abs(value) < 9.2e18) {
    return static_cast<int64_t>(value);
  }
  return value;
}

const SessionRefs::List& SessionRefs::none() {
  static const List list;
  return list;
}

SessionRefs::List& SessionRefs::own() {
  if (!list_) {
    list_ = std::make_shared<List>();
  } else if (list_.use_count() > 1) {
    list_ = std::make_shared<List>(*list_);
  }
  return *list_;
}

std::string digest_of(const std::vector<SessionRef>& sessions) {
  std::vector<std::string> digests;
  for (const SessionRef& session : sessions) { digests.push_back(session.digest); }
  std::sort(digests.begin(), digests.end());
  std::string text;
  for (const std::string& digest : digests) { text += digest + "\n"; }
  return sha256(text);
}

nlohmann::ordered_json to_json(const PointFile& file) {
  nlohmann::ordered_json json = {
      {"id", file.id},
      {"point", canonical(file.point)},
      {"steps", file.steps},
      {"flops", file.flops},
      {"flops_per_step", file.flops_per_step},
      {"seed", file.point.seed},
      {"sessions", refs_json(file.point.sessions)},
      {"evaluation_sessions", refs_json(file.point.evaluation_sessions)}};
  const nlohmann::json placement = placement_settings(file.point);
  if (!placement.empty()) { json["placement"] = placement; }
  return json;
}

PointFile point_file_from_json(const nlohmann::json& json, const std::string& file_name) {
  const Document document{.file = file_name, .root = json, .places = {}};
  std::vector<Diagnostic> diagnostics;
  PointFile file = PointReader(document, diagnostics).read();
  if (has_errors(diagnostics)) { throw InputError(std::move(diagnostics)); }
  return file;
}

}  // namespace enigma::sweeps
