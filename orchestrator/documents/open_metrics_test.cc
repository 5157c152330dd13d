#include "orchestrator/documents/open_metrics.h"

#include "orchestrator/documents/a_story.h"

#include <sstream>

using namespace enigma;
using namespace enigma::documents;
using namespace enigma::documents::test;

namespace {

bool has_line(const std::string& text, const std::string& line) {
  return text.find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("open metrics: states, cost, and what the runs at work have reached") {
  Story story;
  story.store.submit_sweep("a \"limited\" one", "{}", {a_point("dd")}, 400,
                           db::Ceiling{"a \"limited\" one", 4, false, "4 device-hours"});
  db::Run run = story.store.run("dd")->run;
  run.state = db::State::running;
  run.attempts.emplace_back();
  run.attempts.back().token = "t4";
  run.attempts.back().started_at = 1000;
  run.attempts.back().progress.said_at = 1000 + 3600;
  story.store.save({run}, {});
  const std::string text = open_metrics(story.store);
  for (const char* line :
       {"enigma_runs{state=\"done\"} 1", "enigma_runs{state=\"held\"} 0",
        "enigma_sweep_runs{sweep=\"s\",state=\"failed\"} 1",
        "enigma_ceiling_device_hours{sweep=\"a \\\"limited\\\" one\"} 4",
        "enigma_ceiling_used_ratio{sweep=\"a \\\"limited\\\" one\"} 0.25",
        "enigma_run_target_steps{run=\"dd\"} 4", "enigma_run_device_hours{run=\"dd\"} 1"}) {
    INFO(std::string(line));
    CHECK(has_line(text, line));
  }
  CHECK(text.find("enigma_goodput_ratio{sweep=\"s\"} 0.66") != std::string::npos);
  CHECK(text.find("enigma_run_train_loss{") == std::string::npos);  // nothing was reported
  CHECK(text.ends_with("\n# EOF\n"));
}

TEST_CASE("open metrics: every sample belongs to the metric declared last, and no line is blank") {
  const Story story;
  std::istringstream lines(open_metrics(story.store));
  std::string metric;
  for (std::string line; std::getline(lines, line);) {
    REQUIRE_FALSE(line.empty());
    if (line.starts_with("# TYPE ")) { metric = line.substr(7, line.rfind(' ') - 7); }
    if (!line.starts_with("#")) { CHECK(line.starts_with(metric)); }
  }
}
