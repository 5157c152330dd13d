#include "worker/protocol/report.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace enigma::protocol;
using nlohmann::json;

namespace {

Report report_with(Body body) {
  return {.run = "0123456789abcdef",
          .attempt = {.job = 77, .index = 2, .restart = 1, .start_ns = 1763690000000000001},
          .seq = 5,
          .at = 1763690000.25,
          .body = std::move(body)};
}

json valid_line() {
  return json::parse(to_line(report_with(Done{.step = 3, .flops = 1e15})));
}

std::string why_not(const json& line) {
  const ParsedReport parsed = parse_line(line.dump());
  CHECK_FALSE(parsed.report.has_value());
  return parsed.why;
}

}  // namespace

TEST_CASE("report: every kind survives the round trip, byte for byte") {
  const std::vector<Body> bodies = {
      Hello{.world = 4, .devices = {"CPU", "NVIDIA H200"}, .revision = "v1-3-gabc"},
      Metrics{.step = 7, .windows = 56, .flops = 1.5e12, .values = {{"train_loss", 0.25}}},
      Eval{.step = 7,
           .strategy = "video_only",
           .tier = "test",
           .loss = 0.5,
           .baseline_loss = 0.6,
           .correlation = 0.1,
           .se = 0.01,
           .n = 20},
      Checkpoint{.step = 7, .path = "checkpoints/step-7", .bytes = 9, .sha256 = "ab"},
      Skipped{.from = 3, .to = 5, .why = "spike"},
      Preempted{.step = 8},
      Failed{.failure_class = "nan", .line = "loss is nan at step 3"},
      Done{.step = 9, .flops = 1e18}};
  for (const Body& body : bodies) {
    const std::string line = to_line(report_with(body));
    const ParsedReport parsed = parse_line(line);
    REQUIRE_MESSAGE(parsed.report.has_value(), parsed.why);
    CHECK(parsed.report->body.index() == body.index());
    CHECK(parsed.report->attempt == report_with(body).attempt);
    CHECK(to_line(*parsed.report) == line);
    CHECK(json::parse(line)["kind"] == kind_of(body));
  }
}

TEST_CASE("report: unknown and non-finite values are null and stay unknown") {
  const Metrics metrics{.step = 1, .values = {{"mfu_step", std::nullopt}, {"grad_norm", INFINITY}}};
  const json line = json::parse(to_line(report_with(metrics)));
  CHECK(line["values"]["mfu_step"].is_null());
  CHECK(line["values"]["grad_norm"].is_null());
  const auto parsed = parse_line(line.dump());
  REQUIRE(parsed.report);
  CHECK_FALSE(std::get<Metrics>(parsed.report->body).values.at("mfu_step").has_value());
}

TEST_CASE("report: numbers that JSON can't write are read as unknown, within strings they stay") {
  json line = valid_line();
  line["kind"] = "metrics";
  line["windows"] = 1;
  line["note"] = "a \\\" NaN, -Infinity";
  line["values"] = {{"NaN", 7.5}, {"train_loss", "HERE"}};
  for (const char* word : {"NaN", "Infinity", "-Infinity", "nan", "-nan", "inf", "-inf", "+Inf",
                           "1e999", "-1e400", "null"}) {
    CAPTURE(word);
    std::string text = line.dump();
    text.replace(text.find("\"HERE\""), 6, word);
    const auto parsed = parse_line(text);
    REQUIRE_MESSAGE(parsed.report, parsed.why);
    const auto& values = std::get<Metrics>(parsed.report->body).values;
    CHECK_FALSE(values.at("train_loss").has_value());
    CHECK(values.at("NaN") == 7.5);
    CHECK(parsed.why == (std::string(word) == "null"
                             ? ""
                             : std::string(word) + " is no number of JSON: read as null"));
    text = valid_line().dump();
    const size_t at = text.find("\"at\":") + 5;
    text.replace(at, text.find(',', at) - at, word);
    CHECK(parse_line(text).why == "at: expected a finite number, found null");
  }
  for (const char* word : {"1e", "nano", "NaN NaN", "-", "Nan1"}) {
    std::string text = line.dump();
    text.replace(text.find("\"HERE\""), 6, word);
    CHECK(parse_line(text).why == "line: expected one JSON object, it is no JSON");
  }
}

TEST_CASE("report: why a line is none is short ASCII, whatever stands there") {
  json line = valid_line();
  line["run"] = std::string(1000, 'x') + "ä";
  CHECK(why_not(line).size() < 200);
  line["run"] = "\xc3\xa4" + std::string(300, 'x');
  CHECK(why_not(line).find("\\u00e4") != std::string::npos);
  const std::string deep = R"({"run":)" + std::string(30000, '[') + std::string(30000, ']') + "}";
  CHECK(parse_line(deep).why == "run: expected text of at most 256 bytes, found a list");
}

TEST_CASE("report: keys beside the contract's are allowed") {
  json line = valid_line();
  line["note"] = "more may be added";
  CHECK(parse_line(line.dump()).report.has_value());
}

TEST_CASE("report: a malformed line names the key, what was expected and what stands there") {
  json line = valid_line();
  line["seq"] = "x";
  CHECK(why_not(line) == "seq: expected an integer of at least 1, found \"x\"");
  for (const char* key : {"run", "attempt", "seq", "at", "kind", "step", "flops"}) {
    json without = valid_line();
    without.erase(key);
    CHECK(why_not(without).rfind(std::string(key) + ":", 0) == 0);
  }
}

TEST_CASE("report: bounds are kept") {
  CHECK(why_not(json::array()).find("object") != std::string::npos);
  CHECK_FALSE(parse_line("{\"run\":").report.has_value());
  CHECK_FALSE(parse_line("").report.has_value());
  CHECK_FALSE(parse_line(std::string(kLineBytesMax + 1, ' ')).report.has_value());
  CHECK_FALSE(parse_line(std::string(kLineBytesMax, '[')).report.has_value());
  json line = valid_line();
  line["run"] = std::string(257, 'r');
  CHECK(why_not(line).rfind("run:", 0) == 0);
  line = valid_line();
  line["step"] = -1;
  CHECK(why_not(line).rfind("step:", 0) == 0);
  line["step"] = 1.5;
  CHECK(why_not(line).rfind("step:", 0) == 0);
  line["step"] = 18446744073709551615ULL;
  CHECK(why_not(line).rfind("step:", 0) == 0);
  line["step"] = 3.0;
  CHECK(parse_line(line.dump()).report.has_value());
  line["kind"] = "gossip";
  CHECK(why_not(line).rfind("kind:", 0) == 0);
}

TEST_CASE("report: metrics hold a bounded number of named values") {
  json line = valid_line();
  line["kind"] = "metrics";
  line["windows"] = 1;
  for (size_t i = 0; i < kValuesMax; ++i) { line["values"]["v" + std::to_string(i)] = 1.0; }
  CHECK(parse_line(line.dump()).report.has_value());
  line["values"]["one more"] = 1.0;
  CHECK(why_not(line).rfind("values:", 0) == 0);
  line["values"] = {{"train_loss", "low"}};
  CHECK(why_not(line).rfind("train_loss:", 0) == 0);
  line["values"] = {{std::string(129, 'n'), 1.0}};
  CHECK(why_not(line).rfind("values:", 0) == 0);
}

TEST_CASE("report: other kinds refuse what the contract does not know") {
  json line = valid_line();
  line["kind"] = "failed";
  line["class"] = "bad luck";
  line["line"] = "";
  CHECK(why_not(line).rfind("class:", 0) == 0);
  line = valid_line();
  line["kind"] = "skipped";
  line["from"] = 5;
  line["to"] = 4;
  line["why"] = "spike";
  CHECK(why_not(line).rfind("to:", 0) == 0);
  line = valid_line();
  line["kind"] = "hello";
  line["world"] = 0;
  line["devices"] = json::array();
  line["revision"] = "r";
  CHECK(why_not(line).rfind("world:", 0) == 0);
}

TEST_CASE("report: text that is too long for a line is cut, and broken UTF-8 replaced") {
  const std::string line =
      to_line(report_with(Failed{.failure_class = "code", .line = std::string(100000, 'x')}));
  CHECK(parse_line(line).report.has_value());
  const Failed broken{.failure_class = "code", .line = std::string(100000, '\xff')};
  CHECK(parse_line(to_line(report_with(broken))).report);
}

TEST_CASE("answer: acknowledgement and command survive the round trip") {
  for (Command command : {Command::none, Command::checkpoint, Command::stop}) {
    const auto answer = parse_answer(to_json(Answer{.ack = 12, .command = command}));
    REQUIRE(answer);
    CHECK(answer->ack == 12);
    CHECK(answer->command == command);
  }
  CHECK_FALSE(parse_answer("").has_value());
  CHECK_FALSE(parse_answer(R"({"ack": -1, "command": "none"})").has_value());
  CHECK_FALSE(parse_answer(R"({"ack": 1, "command": "dance"})").has_value());
  CHECK_FALSE(parse_answer("[1]").has_value());
}
