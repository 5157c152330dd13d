#include "sweeps/point.h"

#include "files/sha256.h"
#include "input/fields.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace enigma::sweeps {
namespace {

const char* name_of(recordings::Align align) {
  return align == recordings::Align::trial ? "trial" : "free";
}

/// One textual form per value: an integral number is an integer, however it was written.
nlohmann::json number(double value) {
  if (value == std::floor(value) && std::abs(value) < 9.2e18) {
    return static_cast<int64_t>(value);
  }
  return value;
}

std::vector<std::string> sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

nlohmann::json size_json(const model::ModelSize& size) {
  if (!size.name.empty()) { return size.name; }
  return {{"width", size.width}, {"layers", size.layers}, {"heads", size.heads}};
}

/// Writes members into nested objects, leaving out what equals its default.
class Canon {
 public:
  void always(const char* group, const char* key, nlohmann::json value) {
    root_[group][key] = std::move(value);
  }
  template <typename T>
  void unless_default(const char* group, const char* key, const T& value, const T& standard) {
    if (value == standard) { return; }
    if constexpr (std::is_same_v<T, double>) {
      always(group, key, number(value));
    } else {
      always(group, key, value);
    }
  }
  nlohmann::json take() { return std::move(root_); }

 private:
  nlohmann::json root_ = nlohmann::json::object();
};

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
      : document_(document), diagnostics_(diagnostics) {}

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
      file_.point.sessions = refs(*json, "/sessions");
    }
    if (const Json* json = fields.need("evaluation_sessions", "a list of sessions")) {
      file_.point.evaluation_sessions = refs(*json, "/evaluation_sessions");
    }
    if (const Json* json = fields.need("point", "an object")) { read_point(*json); }
    fields.finish();
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
    group(fields, "budget",
          [&](Fields& f) { set(point().budget_flops, f.number("flops", kPositive)); });
    group(fields, "data", [&](Fields& f) { read_data(f); });
    group(fields, "evaluation", [&](Fields& f) {
      check_digest(f, point().evaluation_sessions);
      set(point().evaluation_strategies, f.texts("strategies"));
    });
    group(fields, "model", [&](Fields& f) { read_model(f); });
    group(fields, "schedule", [&](Fields& f) {
      set(point().warmup_steps, f.integer("warmup_steps", 0, kIntegerMax));
      set(point().decay_steps, f.integer("decay_steps", 0, kIntegerMax));
    });
    set(point().seed, fields.integer("seed", 0, kIntegerMax));
    group(fields, "train", [&](Fields& f) { read_train(f); });
    fields.finish();
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

  void read_model(Fields& f) {
    set(point().family, f.word("family", {"brain"}));
    const Json* size = f.need("size", "a published name, or width, layers and heads");
    if (size == nullptr) { return; }
    if (size->is_string()) {
      point().size.name = size->get<std::string>();
      return;
    }
    Fields fields(document_, *size, f.pointer("size"), diagnostics_);
    set(point().size.width, fields.integer("width", 1, kIntegerMax));
    set(point().size.layers, fields.integer("layers", 1, kIntegerMax));
    set(point().size.heads, fields.integer("heads", 1, kIntegerMax));
    fields.finish();
  }

  void read_train(Fields& f) {
    set(point().bias, f.word("bias", {"rates", "published"}));
    set(point().epsilon, f.number("epsilon", kPositive));
    set(point().lanes, f.integer("lanes", 1, kIntegerMax));
    set(point().optimizer, f.word("optimizer", {"adamw"}));
    set(point().precision, f.word("precision", {"float32", "bfloat16"}));
    set(point().session_lr, f.number("session_lr", kPositive));
    set(point().shared_lr, f.number("shared_lr", kPositive));
    set(point().training_strategies, f.texts("strategies"));
    set(point().windows_per_lane, f.integer("windows_per_lane", 1, kIntegerMax));
  }

  Point& point() { return file_.point; }

  const Document& document_;
  std::vector<Diagnostic>& diagnostics_;
  PointFile file_;
};

}  // namespace

nlohmann::json canonical(const Point& point) {
  const Point standard;
  Canon canon;
  canon.always("model", "size", size_json(point.size));
  canon.unless_default("model", "family", point.family, standard.family);
  canon.always("budget", "flops", number(point.budget_flops));

  canon.always("data", "sessions", digest_of(point.sessions));
  canon.unless_default("data", "rate_hz", point.rule.rate_hz, standard.rule.rate_hz);
  canon.unless_default("data", "window_samples", point.rule.samples, standard.rule.samples);
  canon.unless_default("data", "align", std::string(name_of(point.rule.align)),
                       std::string(name_of(standard.rule.align)));
  canon.unless_default("data", "modalities", sorted(point.rule.modalities),
                       standard.rule.modalities);

  canon.always("evaluation", "sessions", digest_of(point.evaluation_sessions));
  canon.always("evaluation", "strategies", sorted(point.evaluation_strategies));

  canon.unless_default("train", "strategies", sorted(point.training_strategies),
                       standard.training_strategies);
  canon.unless_default("train", "lanes", point.lanes, standard.lanes);
  canon.unless_default("train", "windows_per_lane", point.windows_per_lane,
                       standard.windows_per_lane);
  canon.unless_default("train", "optimizer", point.optimizer, standard.optimizer);
  canon.unless_default("train", "precision", point.precision, standard.precision);
  canon.unless_default("train", "shared_lr", point.shared_lr, standard.shared_lr);
  canon.unless_default("train", "session_lr", point.session_lr, standard.session_lr);
  canon.unless_default("train", "epsilon", point.epsilon, standard.epsilon);
  canon.unless_default("train", "bias", point.bias, standard.bias);
  canon.unless_default("schedule", "warmup_steps", point.warmup_steps, standard.warmup_steps);
  canon.unless_default("schedule", "decay_steps", point.decay_steps, standard.decay_steps);

  nlohmann::json json = canon.take();
  if (point.seed != standard.seed) { json["seed"] = point.seed; }
  return json;
}

std::string id_of(const nlohmann::json& canonical) {
  const nlohmann::json identity = {{"id_version", kIdVersion}, {"point", canonical}};
  return sha256(identity.dump()).substr(0, 16);
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
  return {{"id", file.id},
          {"point", canonical(file.point)},
          {"steps", file.steps},
          {"flops", file.flops},
          {"flops_per_step", file.flops_per_step},
          {"seed", file.point.seed},
          {"sessions", refs_json(file.point.sessions)},
          {"evaluation_sessions", refs_json(file.point.evaluation_sessions)}};
}

PointFile point_file_from_json(const nlohmann::json& json, const std::string& file_name) {
  const Document document{.file = file_name, .root = json, .places = {}};
  std::vector<Diagnostic> diagnostics;
  PointFile file = PointReader(document, diagnostics).read();
  if (has_errors(diagnostics)) { throw InputError(std::move(diagnostics)); }
  return file;
}

}  // namespace enigma::sweeps
