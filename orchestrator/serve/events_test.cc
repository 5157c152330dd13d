#include "orchestrator/serve/events.h"

#include "files/temporary_folder.h"

#include <doctest/doctest.h>

#include <vector>

using namespace enigma;

namespace {

std::string fresh_token() {
  return "token";
}

struct World {
  TemporaryFolder folder;
  db::Store store = db::Store::open(folder.path() / "runs.db");
  Controller controller{{folder.path(), "secret", decide::default_policy(), fresh_token},
                        store,
                        decide::Executors({}),
                        1000};
  double now_s = 0;
  std::optional<Events> events;

  World() {
    events.emplace(controller, [this] { return now_s; });
  }

  void add(const std::string& sweep, int runs) {
    std::vector<db::NewPoint> points;
    for (int k = 0; k < runs; ++k) {
      db::NewPoint& point = points.emplace_back();
      point.id = sweep + std::to_string(k);
      point.point = point.point_file = point.placement = point.values = point.plan = "{}";
      point.target_step = 10;
    }
    controller.add(sweep, "{}", points, 1000);
  }
  /// What the listener is told when it asks a second later.
  std::string told(const http::Stream& stream) {
    now_s += 1;
    return *stream();
  }
};

size_t count(const std::string& text, const std::string& word) {
  size_t found = 0;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    ++found;
  }
  return found;
}

}  // namespace

TEST_CASE("events: a listener hears what happens from now on, once") {
  World world;
  world.add("a", 3);
  const auto stream = *world.events->follow({});
  CHECK(count(world.told(stream), "event: event") == 0);
  world.add("b", 2);
  const std::string text = world.told(stream);
  CHECK(count(text, "event: event\n") == 2);
  CHECK(text.find(R"("run":"b0","kind":"submitted")") != std::string::npos);
  CHECK(world.told(stream).empty());
}

TEST_CASE("events: who comes back is told what it has missed, or to read everything anew") {
  World world;
  world.add("a", 5);
  const auto back = *world.events->follow(3);
  const std::string text = world.told(back);
  CHECK(count(text, "event: event\n") == 2);
  CHECK(text.find("id: 3\n") == std::string::npos);
  world.add("b", static_cast<int>(Events::kReplayMax) + 1);
  const std::string far = world.told(*world.events->follow(1));
  CHECK(far.starts_with("event: reset\n"));
  CHECK(count(far, "event: event\n") == 0);
  CHECK(world.told(*world.events->follow(1'000'000)).starts_with("event: reset\n"));
}

TEST_CASE("events: a long silence is filled with beats") {
  World world;
  const auto stream = *world.events->follow({});
  CHECK(world.told(stream).starts_with("event: beat"));
  CHECK(world.told(stream).empty());
  world.now_s += 10;
  CHECK(world.told(stream).starts_with("event: beat"));
}

TEST_CASE("events: streams are counted while they live, and may outlive what feeds them") {
  World world;
  std::vector<http::Stream> streams;
  for (int k = 0; k < Events::kListenersMax; ++k) { streams.push_back(*world.events->follow({})); }
  CHECK_FALSE(world.events->follow({}));
  streams.pop_back();
  CHECK(world.events->listeners() == Events::kListenersMax - 1);
  world.events.reset();
  CHECK_FALSE(streams.front()());
}
