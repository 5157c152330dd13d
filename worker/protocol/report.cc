#include "worker/protocol/report.h"

#include "worker/protocol/exit_code.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <type_traits>

namespace enigma::protocol {
namespace {

using Json = nlohmann::ordered_json;

// Of a line of evidence, a path, a reason. What is written is cut shorter than what is read, since
// replacing broken UTF-8 makes text longer.
constexpr size_t kTextBytesMax = 16384, kTextBytesWritten = 4096;

Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}
Json number(const std::optional<double>& value) {
  return value ? number(*value) : Json();
}
std::string clipped(const std::string& text) {
  return text.substr(0, kTextBytesWritten);
}

void put(Json& line, const Hello& hello) {
  line["world"] = hello.world;
  line["devices"] = hello.devices;
  line["revision"] = hello.revision;
}
void put(Json& line, const Metrics& metrics) {
  line["step"] = metrics.step;
  line["windows"] = metrics.windows;
  line["flops"] = number(metrics.flops);
  line["values"] = Json::object();
  for (const auto& [name, value] : metrics.values) { line["values"][name] = number(value); }
}
void put(Json& line, const Eval& eval) {
  line["step"] = eval.step;
  line["strategy"] = eval.strategy;
  line["tier"] = eval.tier;
  line["loss"] = number(eval.loss);
  line["baseline_loss"] = number(eval.baseline_loss);
  line["correlation"] = number(eval.correlation);
  line["se"] = number(eval.se);
  line["n"] = eval.n;
}
void put(Json& line, const Checkpoint& checkpoint) {
  line["step"] = checkpoint.step;
  line["path"] = checkpoint.path;
  line["bytes"] = checkpoint.bytes;
  line["sha256"] = checkpoint.sha256;
}
void put(Json& line, const Skipped& skipped) {
  line["from"] = skipped.from;
  line["to"] = skipped.to;
  line["why"] = clipped(skipped.why);
}
void put(Json& line, const Preempted& preempted) {
  line["step"] = preempted.step;
}
void put(Json& line, const Failed& failed) {
  line["class"] = failed.failure_class;
  line["line"] = clipped(failed.line);
}
void put(Json& line, const Done& done) {
  line["step"] = done.step;
  line["flops"] = number(done.flops);
}

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Why a line is no report; becomes ParsedReport::why.
struct Malformed {
  std::string why;
};

// In ASCII, so that it can be cut anywhere; of what may be nested deeply, the kind.
std::string shown(const Json& found) {
  if (found.is_structured()) { return found.is_array() ? "a list" : "an object"; }
  return found.dump(-1, ' ', true, Json::error_handler_t::replace).substr(0, 80);
}

[[noreturn]] void reject(const std::string& key, const std::string& expected, const Json& found) {
  throw Malformed{key + ": expected " + expected + ", found " + shown(found)};
}

const Json& member(const Json& object, const std::string& key) {
  static const Json none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

int64_t integer_of(const Json& object, const std::string& key, int64_t least) {
  const Json& value = member(object, key);
  const std::string expected = "an integer of at least " + std::to_string(least);
  if (value.is_number_unsigned() && value.get<uint64_t>() > uint64_t{INT64_MAX}) {
    reject(key, expected, value);
  }
  if (value.is_number_integer() && value.get<int64_t>() >= least) { return value.get<int64_t>(); }
  if (!value.is_number_float()) { reject(key, expected, value); }
  // Writers without integers say 3.0; beyond 2^53 a double no longer names one integer.
  const double real = value.get<double>();
  if (std::abs(real) > 9007199254740992.0 || real != std::floor(real) ||
      real < static_cast<double>(least)) {
    reject(key, expected, value);
  }
  return static_cast<int64_t>(real);
}

std::optional<double> maybe_number(const Json& object, const std::string& key) {
  const Json& value = member(object, key);
  if (value.is_null()) { return std::nullopt; }
  if (!value.is_number() || !std::isfinite(value.get<double>())) {
    reject(key, "a finite number or null", value);
  }
  return value.get<double>();
}

double number_of(const Json& object, const std::string& key) {
  const auto value = maybe_number(object, key);
  if (!value) { reject(key, "a finite number", member(object, key)); }
  return *value;
}

std::string text_of(const Json& object, const std::string& key, size_t bytes_max) {
  const Json& value = member(object, key);
  if (!value.is_string() || value.get_ref<const std::string&>().size() > bytes_max) {
    reject(key, "text of at most " + std::to_string(bytes_max) + " bytes", value);
  }
  return value.get<std::string>();
}

std::string name_in(const Json& object, const std::string& key) {
  std::string name = text_of(object, key, 256);
  if (name.empty()) { reject(key, "a name", member(object, key)); }
  return name;
}

Identity identity_of(const Json& line) {
  const Json& attempt = member(line, "attempt");
  if (!attempt.is_object()) { reject("attempt", "an object", attempt); }
  return {.job = integer_of(attempt, "job", 0),
          .index = integer_of(attempt, "index", 0),
          .restart = integer_of(attempt, "restart", 0),
          .start_ns = integer_of(attempt, "start_ns", 0)};
}

Body hello_of(const Json& line) {
  const Json& devices = member(line, "devices");
  if (!devices.is_array() || devices.size() > 4096) {
    reject("devices", "a list of at most 4096 names", devices);
  }
  Hello hello{.world = integer_of(line, "world", 1), .revision = text_of(line, "revision", 256)};
  for (const Json& device : devices) {
    if (!device.is_string() || device.get_ref<const std::string&>().size() > 256) {
      reject("devices", "names of at most 256 bytes", device);
    }
    hello.devices.push_back(device.get<std::string>());
  }
  return hello;
}

Body metrics_of(const Json& line) {
  Metrics metrics{.step = integer_of(line, "step", 0),
                  .windows = integer_of(line, "windows", 0),
                  .flops = number_of(line, "flops")};
  const Json& values = member(line, "values");
  if (!values.is_object() || values.size() > kValuesMax) {
    reject("values", "an object of at most " + std::to_string(kValuesMax) + " entries", values);
  }
  for (const auto& item : values.items()) {
    if (item.key().empty() || item.key().size() > 128) {
      reject("values", "names of 1 to 128 bytes", item.key());
    }
    metrics.values[item.key()] = maybe_number(values, item.key());
  }
  return metrics;
}

Body eval_of(const Json& line) {
  return Eval{.step = integer_of(line, "step", 0),
              .strategy = name_in(line, "strategy"),
              .tier = name_in(line, "tier"),
              .loss = maybe_number(line, "loss").value_or(NAN),
              .baseline_loss = maybe_number(line, "baseline_loss").value_or(NAN),
              .correlation = maybe_number(line, "correlation"),
              .se = maybe_number(line, "se"),
              .n = integer_of(line, "n", 0)};
}

Body checkpoint_of(const Json& line) {
  return Checkpoint{.step = integer_of(line, "step", 0),
                    .path = text_of(line, "path", kTextBytesMax),
                    .bytes = integer_of(line, "bytes", 0),
                    .sha256 = text_of(line, "sha256", 128)};
}

Body skipped_of(const Json& line) {
  const int64_t from = integer_of(line, "from", 0);
  return Skipped{
      .from = from, .to = integer_of(line, "to", from), .why = text_of(line, "why", kTextBytesMax)};
}

Body preempted_of(const Json& line) {
  return Preempted{.step = integer_of(line, "step", 0)};
}

Body failed_of(const Json& line) {
  Failed failed{.failure_class = name_in(line, "class"),
                .line = text_of(line, "line", kTextBytesMax)};
  if (!failure_class_named(failed.failure_class)) {
    reject("class", "a failure class", failed.failure_class);
  }
  return failed;
}

Body done_of(const Json& line) {
  return Done{.step = integer_of(line, "step", 0), .flops = number_of(line, "flops")};
}

struct Kind {
  const char* name;
  Body (*read)(const Json& line);
};
// In the order of Body's alternatives.
constexpr std::array<Kind, std::variant_size_v<Body>> kKinds{{{"hello", hello_of},
                                                              {"metrics", metrics_of},
                                                              {"eval", eval_of},
                                                              {"checkpoint", checkpoint_of},
                                                              {"skipped", skipped_of},
                                                              {"preempted", preempted_of},
                                                              {"failed", failed_of},
                                                              {"done", done_of}}};

Body body_of(const Json& line) {
  const std::string kind = text_of(line, "kind", 64);
  for (const Kind& known : kKinds) {
    if (kind == known.name) { return known.read(line); }
  }
  reject("kind", "a kind of report", kind);
}

Report report_of(const Json& line) {
  return {.run = name_in(line, "run"),
          .attempt = identity_of(line),
          .seq = integer_of(line, "seq", 1),
          .at = number_of(line, "at"),
          .body = body_of(line)};
}

bool is_in_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '-' || c == '.';
}

/// A number that JSON can't write, or that no double holds: NaN, -Infinity, inf, 1e999.
bool is_non_finite(const std::string& word) {
  char* end = nullptr;
  const double value = std::strtod(word.c_str(), &end);
  return end == word.c_str() + word.size() && !std::isfinite(value);
}

/// A text with null for every non-finite number outside of strings; the first of them in `found`.
std::string with_nulls(std::string_view text, std::string& found) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    size_t end = i + 1;
    if (text[i] == '"') {
      while (end < text.size() && text[end] != '"') { end += text[end] == '\\' ? 2 : 1; }
      end = std::min(end + 1, text.size());
    } else if (is_in_word(text[i])) {
      while (end < text.size() && is_in_word(text[end])) { ++end; }
    }
    const std::string word(text.substr(i, end - i));
    const bool replaced = is_in_word(text[i]) && is_non_finite(word);
    if (replaced && found.empty()) { found = word.substr(0, 20); }
    out += replaced ? "null" : word;
    i = end;
  }
  return out;
}

/// Writers in other languages know numbers that JSON doesn't: read as unknown, which `note` tells.
Json object_of(std::string_view text, std::string& note) {
  Json line = Json::parse(text, nullptr, false);
  std::string found;
  if (line.is_discarded()) { line = Json::parse(with_nulls(text, found), nullptr, false); }
  if (line.is_discarded()) { throw Malformed{"line: expected one JSON object, it is no JSON"}; }
  if (!line.is_object()) {
    throw Malformed{"line: expected one JSON object, found " + shown(line)};
  }
  if (!found.empty()) { note = found + " is no number of JSON: read as null"; }
  return line;
}

constexpr std::array<const char*, 3> kCommands{"none", "checkpoint", "stop"};

}  // namespace

const char* kind_of(const Body& body) {
  return kKinds[body.index()].name;
}

std::string to_line(const Report& report) {
  Json line = {{"run", report.run},
               {"attempt",
                {{"job", report.attempt.job},
                 {"index", report.attempt.index},
                 {"restart", report.attempt.restart},
                 {"start_ns", report.attempt.start_ns}}},
               {"seq", report.seq},
               {"at", number(report.at)},
               {"kind", kind_of(report.body)}};
  std::visit([&line](const auto& body) { put(line, body); }, report.body);
  return dumped(line);
}

ParsedReport parse_line(std::string_view text) {
  if (text.size() > kLineBytesMax) {
    return {std::nullopt, "line: expected at most " + std::to_string(kLineBytesMax) + " bytes"};
  }
  try {
    std::string note;
    Report report = report_of(object_of(text, note));
    return {std::move(report), std::move(note)};
  } catch (const Malformed& malformed) { return {std::nullopt, malformed.why}; }
}

std::string to_json(const Answer& answer) {
  return Json{{"ack", answer.ack}, {"command", kCommands[static_cast<size_t>(answer.command)]}}
      .dump();
}

std::optional<Answer> parse_answer(std::string_view body) {
  if (body.size() > kLineBytesMax) { return std::nullopt; }
  const Json json = Json::parse(body, nullptr, false);
  if (!json.is_object()) { return std::nullopt; }
  try {
    const int64_t ack = integer_of(json, "ack", 0);
    const std::string command = text_of(json, "command", 64);
    for (size_t i = 0; i < kCommands.size(); ++i) {
      if (command == kCommands[i]) {
        return Answer{.ack = ack, .command = static_cast<Command>(i)};
      }
    }
  } catch (const Malformed&) {
    // A body that is no answer is "no answer": the caller posts again.
  }
  return std::nullopt;
}

}  // namespace enigma::protocol
