// Method: the test's own thread is the deciding one; it runs what is posted to it when it says so.
#include "orchestrator/serve/api.h"

#include "recordings/generate/generate.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

using namespace enigma;
namespace fs = std::filesystem;

namespace {

struct NoExecutor final : decide::Executor {
  decide::SubmitAnswer submit(const decide::Submission&) override { return {false, "no place"}; }
  std::vector<decide::Observation> observe(const std::vector<decide::Watch>&) override {
    return {};
  }
  std::string read_spool(const decide::SpoolSlice&) override { return ""; }
  void cancel(const std::string&, const std::string&) override {}
  void mark(const std::string&, const std::string&) override {}
  void unmark(const std::string&) override {}
};

std::string fresh_token() {
  return "token";
}

/// What other threads hand over.
template <typename T>
class Inbox {
 public:
  void put(T thing) {
    const std::lock_guard lock(mutex_);
    things_.push_back(std::move(thing));
    came_.notify_one();
  }
  T take() {
    std::unique_lock lock(mutex_);
    REQUIRE(came_.wait_for(lock, std::chrono::seconds(60), [&] { return !things_.empty(); }));
    T thing = std::move(things_.front());
    things_.pop_front();
    return thing;
  }
  bool empty() {
    const std::lock_guard lock(mutex_);
    return things_.empty();
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<T> things_;
};

struct Answer {
  http::Response response;
  std::thread::id by;
  nlohmann::json json() const { return nlohmann::json::parse(response.body); }
};

struct World {
  fs::path folder = [] {
    std::string name = (fs::temp_directory_path() / "enigma-api-XXXXXX").string();
    return fs::path(::mkdtemp(name.data()));
  }();
  db::Store store = db::Store::open(folder / "runs.db");
  NoExecutor executor;
  Controller controller{{folder, "secret", decide::default_policy(), fresh_token},
                        store,
                        decide::Executors({{"local", &executor}}),
                        1000};
  Inbox<std::function<void()>> posted;
  Inbox<Answer> answers;
  int wakes = 0;
  Api api{controller, "bearer", [this] { ++wakes; },
          [this](std::function<void()> work) { posted.put(std::move(work)); }};

  ~World() { fs::remove_all(folder); }

  void ask(const std::string& method, const std::string& path, const std::string& body = "",
           const std::string& bearer = "bearer", const std::string& query = "") {
    api.handle({method, path, query, bearer, body}, 1001, [this](http::Response response) {
      answers.put({std::move(response), std::this_thread::get_id()});
    });
  }
  Answer answer_to(const std::string& method, const std::string& path, const std::string& body = "",
                   const std::string& bearer = "bearer", const std::string& query = "") {
    ask(method, path, body, bearer, query);
    return answers.take();
  }
  void add(const std::string& sweep, const std::vector<std::string>& ids) {
    std::vector<db::NewPoint> points;
    for (const std::string& id : ids) {
      db::NewPoint& point = points.emplace_back();
      point.id = id;
      point.point = point.point_file = point.placement = point.values = point.plan = "{}";
      point.target_step = 10;
    }
    controller.add(sweep, "{}", points, 1000);
  }
  /// A spec of two points on recordings of its own, as a request.
  std::string request() const {
    recordings::generate::GenerateOptions options;
    options.out = folder / "data";
    options.sessions = 1;
    options.animals = 1;
    options.neurons = 8;
    options.minutes = 1;
    recordings::generate::generate(options);
    const nlohmann::json spec = {
        {"version", 1},
        {"name", "sweep"},
        {"session_sets", {{"all", {{"first", 1}}}}},
        {"evaluation", {{"sessions", "all"}, {"strategies", {"causal_response_25"}}}},
        {"axes",
         {{"model.size", {{{"width", 16}, {"layers", 1}, {"heads", 2}}}},
          {"data.sessions", {"all"}},
          {"budget.flops", {1e11, 2e11}}}}};
    const nlohmann::json request = {{"text", spec.dump()},
                                    {"file", "s.json"},
                                    {"data", (folder / "data").string()},
                                    {"worker", "/worker"}};
    return request.dump();
  }
};

}  // namespace

TEST_CASE("api: documents and plans are made on threads of their own") {
  World world;
  world.add("s", {"00000000000000aa"});
  const auto here = std::this_thread::get_id();
  CHECK(world.answer_to("GET", "/healthz").by == here);
  for (const char* path : {"/api/v1/status", "/metrics", "/api/v1/runs/00000000000000aa",
                           "/api/v1/runs/00000000000000aa/metrics"}) {
    CAPTURE(std::string(path));
    const Answer answer = world.answer_to("GET", path);
    CHECK(answer.response.status == 200);
    CHECK(answer.by != here);
  }
  const Answer plan = world.answer_to("POST", "/api/v1/plan", world.request());
  CHECK(plan.response.status == 200);
  CHECK(plan.by != here);
  CHECK(plan.json()["totals"]["new"] == 2);
  CHECK(world.posted.empty());
}

TEST_CASE("api: a submission is planned elsewhere and added by the deciding thread") {
  World world;
  const std::string request = world.request();
  world.ask("POST", "/api/v1/submit", request);
  const auto work = world.posted.take();
  CHECK(world.store.runs().empty());
  CHECK(world.answers.empty());  // answered after its commit
  work();
  const Answer answer = world.answers.take();
  CHECK(answer.response.status == 200);
  CHECK(answer.by == std::this_thread::get_id());
  CHECK(answer.json()["submitted"].size() == 2);
  CHECK(world.store.runs().size() == 2);
  CHECK(world.wakes == 1);
  world.ask("POST", "/api/v1/submit", request);
  world.posted.take()();
  CHECK(world.answers.take().json()["submitted"].empty());
}

TEST_CASE("api: a mistake is answered with its diagnostics, and adds nothing") {
  World world;
  const Answer wrong =
      world.answer_to("POST", "/api/v1/submit", R"({"text": "{}", "worker": "w"})");
  CHECK(wrong.response.status == 400);
  CHECK_FALSE(wrong.json()["diagnostics"].empty());
  CHECK(world.answer_to("POST", "/api/v1/submit", R"({"text": "{}"})").response.status == 400);
  CHECK(world.answer_to("POST", "/api/v1/submit", "[]").response.status == 400);
  CHECK(world.answer_to("POST", "/api/v1/plan", "{}", "").response.status == 401);
  CHECK(world.answer_to("POST", "/api/v1/nowhere", "{}").response.status == 404);
  CHECK(world.answer_to("GET", "/api/v1/nowhere").response.status == 404);
  CHECK(world.answer_to("PUT", "/healthz").response.status == 405);
  CHECK(world.answer_to("GET", "/api/v1/cancel").response.status == 405);
  CHECK(world.answer_to("GET", "/v1/report").response.status == 405);
  CHECK(world.answer_to("POST", "/api/v1/status", "").response.status == 405);
  CHECK(world.answer_to("GET", "/api/v1/status", "", "bearer", "sweep=none").response.status ==
        404);
  for (const char* path : {"/api/v1/status", "/metrics", "/api/v1/controller"}) {
    CAPTURE(std::string(path));
    CHECK(world.answer_to("GET", path, "", "").response.status == 401);
  }
  CHECK(world.posted.empty());
}

TEST_CASE("api: a sweep, a run or the first digits of one are cancelled by their name") {
  World world;
  world.add("s", {"aaaa000000000001", "aaaa000000000002", "bbbb000000000001"});
  const auto cancel = [&](const std::string& name) {
    return world.answer_to("POST", "/api/v1/cancel", nlohmann::json{{"name", name}}.dump());
  };
  CHECK(cancel("bbbb").json()["changed"] == nlohmann::json{"bbbb000000000001"});
  CHECK(cancel("aaaa").response.status == 404);  // two of them
  CHECK(cancel("bbb").response.status == 404);   // too short to be meant
  CHECK(cancel("nobody").response.status == 404);
  const Answer all = cancel("s");
  CHECK(all.json()["runs"].size() == 3);
  CHECK(all.json()["changed"].size() == 2);
  for (const db::Run& run : world.store.runs()) { CHECK(run.wanted == db::Wanted::cancel); }
}
