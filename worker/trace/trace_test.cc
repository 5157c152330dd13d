#include "worker/trace/trace.h"

#include "worker/trace/time_split.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace enigma::worker;
using Json = nlohmann::json;

TEST_CASE("trace: ranks are processes of one document, parts lie in their step") {
  Trace first(0, "rank 0", 1000), second(1, "rank 1", 990);
  first.add(Part::communication, {1.5, 1.75});
  first.add(Part::forward, {1, 2});
  first.add_step(7, {0.5, 2.5});
  second.add(Part::data, {11, 11.5});
  const Json document = Json::parse(trace_document({first.events(), second.events()}, 3));
  CHECK(document["otherData"]["spans_left_out"] == 3);
  const Json& events = document["traceEvents"];
  REQUIRE(events.size() == 6);
  CHECK(events[0]["ph"] == "M");
  CHECK(events[0]["args"]["name"] == "rank 0");
  const Json &wait = events[1], &forward = events[2], &step = events[3], &other = events[5];
  CHECK(wait["name"] == "communication");
  CHECK(forward["name"] == "forward");
  CHECK(forward["ts"] == 1001e6);
  CHECK(forward["dur"] == 1e6);
  for (const Json& inner : {wait, forward}) {
    CHECK(inner["ts"] >= step["ts"]);
    CHECK(inner["ts"].get<double>() + inner["dur"].get<double>() <=
          step["ts"].get<double>() + step["dur"].get<double>());
  }
  CHECK(step["args"]["step"] == 7);
  CHECK(other["pid"] == 1);
  CHECK(other["ts"] == 1001e6);
}

TEST_CASE("trace: what does not fit is counted") {
  Trace trace(0, "rank 0", 0, 2);
  for (int i = 0; i < 5; ++i) { trace.add(Part::optimizer, {0, 1}); }
  CHECK(trace.left_out() == 3);
  CHECK(Json::parse(trace_document({trace.events()}, trace.left_out()))["traceEvents"].size() == 3);
}

TEST_CASE("time split: each part has its sum") {
  TimeSplit times;
  double next = 1;
  for (const Part part : {Part::data, Part::forward, Part::backward, Part::communication,
                          Part::optimizer, Part::checkpoint, Part::evaluation}) {
    times.of(part) = next++;
  }
  CHECK(times.data_wait_s == 1);
  CHECK(times.communication_exposed_s == 4);
  CHECK(times.evaluation_s == 7);
  times.total_s = 30;
  CHECK(times.other_s() == 2);
}
