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
          [this](std::function<void()> work) { posted.put(std::move(work)); }, "/bin/false"};

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

TEST_CASE("api: a browser comes in by the link, and asks from then on with its cookie") {
  World world;
  world.add("s", {"00000000000000aa"});
  const auto ask = [&](const http::Request& request) {
    world.api.handle(request, 1001, [&](http::Response response) {
      world.answers.put({std::move(response), std::this_thread::get_id()});
    });
    return world.answers.take().response;
  };
  CHECK(ask({"GET", "/", "", "", ""}).status == 401);
  CHECK(ask({"GET", "/assets/x.js", "", "", ""}).status == 401);
  CHECK(ask({"GET", "/", "token=bad", "", ""}).status == 401);
  const auto in = ask({"GET", "/", "token=bearer", "", ""});
  REQUIRE(in.status == 303);
  http::Request request{"GET", "/api/v1/status", "", "", ""};
  for (const auto& [name, value] : in.headers) {
    if (name == "Set-Cookie") { request.cookie = value.substr(0, value.find(';')); }
  }
  CHECK(ask(request).status == 200);
  request.path = "/";
  CHECK(ask(request).status == 200);
  request.path = "/assets/none.js";
  CHECK(ask(request).status == 404);
  request = {"POST", "/api/v1/cancel", "", "", R"({"name": "s"})", request.cookie};
  CHECK(ask(request).status == 403);
  CHECK(world.store.runs().front().wanted == db::Wanted::run);
  request.fetch_site = "same-origin";
  CHECK(ask(request).status == 200);
  CHECK(world.store.runs().front().wanted == db::Wanted::cancel);
}

TEST_CASE("api: what a page asks for is bounded, and absent things are said to be") {
  World world;
  world.add("s", {"00000000000000aa", "00000000000000bb"});
  const auto ask = [&](const std::string& path, const std::string& query = "") {
    return world.answer_to("GET", path, "", "bearer", query);
  };
  const auto page = ask("/api/v1/status", "limit=1").json();
  CHECK(page["runs"].size() == 1);
  CHECK(page["next"] == "00000000000000aa");
  CHECK(page["last_event"] == 2);
  CHECK(ask("/api/v1/status", "after=00000000000000aa&limit=9").json()["runs"].size() == 1);
  CHECK(ask("/api/v1/status", "ids=00000000000000bb,none,").json()["runs"].size() == 1);
  CHECK(ask("/api/v1/status", "limit=9&state=waiting").json()["runs"].size() == 2);
  CHECK(ask("/api/v1/status", "limit=9&state=done").json()["runs"].empty());
  CHECK(ask("/api/v1/sweeps/s").json()["points"] == 2);
  CHECK(ask("/api/v1/sweeps/s/export").json()["rows"].size() == 2);
  CHECK(ask("/api/v1/nodes").json()["nodes"].empty());
  CHECK(ask("/api/v1/runs/00000000000000aa/explain").json()["state"] == "waiting");
  CHECK(ask("/api/v1/runs/00000000000000aa/metrics", "points=10").json()["sampled"] == true);
  for (const char* absent :
       {"/api/v1/runs/none", "/api/v1/runs/none/metrics", "/api/v1/runs/00000000000000aa/logs",
        "/api/v1/runs/00000000000000aa/other", "/api/v1/sweeps/none", "/api/v1/sweeps/none/law",
        "/api/v1/sweeps/s/other", "/index.html", "/api/v1/runs/../../secret/logs"}) {
    CAPTURE(std::string(absent));
    CHECK(ask(absent).response.status == 404);
  }
}

TEST_CASE("api: a question beyond its bounds is refused, and nothing is cut to fit") {
  World world;
  world.add("s", {"00000000000000aa"});
  const auto ask = [&](const std::string& path, const std::string& query) {
    return world.answer_to("GET", path, "", "bearer", query);
  };
  std::string many = "ids=1";
  for (int i = 0; i < 100; ++i) { many += ",1"; }
  const std::string run = "/api/v1/runs/00000000000000aa";
  for (const auto& [path, query] : std::vector<std::pair<std::string, std::string>>{
           {"/api/v1/status", "limit=-1"},
           {"/api/v1/status", "limit=10001"},
           {"/api/v1/status", "limit=ten"},
           {"/api/v1/status", "state=lost"},
           {"/api/v1/status", many},
           {"/api/v1/events", "after=-1"},
           {"/api/v1/sweeps/s/law", "where=" + std::string(1001, 'x')},
           {run + "/metrics", "points=20001"},
           {run + "/metrics", "from=1.5"},
           {run + "/logs", "lines=2001"},
           {run + "/logs", "attempt=x"}}) {
    CAPTURE(query);
    const Answer answer = ask(path, query);
    CHECK(answer.response.status == 400);
    CHECK(answer.json()["diagnostics"][0]["file"] == "query");
  }
  const auto both = ask(run + "/metrics", "points=-1&from=-1").json();
  CHECK(both["diagnostics"].size() == 2);
  CHECK(both["diagnostics"][0]["expected"] == "a whole number from 0 to 20000");
}

TEST_CASE("api: two runs are compared") {
  World world;
  world.add("s", {"00000000000000aa", "00000000000000bb"});
  const auto diff = [&](const std::string& query) {
    return world.answer_to("GET", "/api/v1/diff", "", "bearer", query);
  };
  const auto document = diff("a=00000000000000aa&b=00000000000000bb").json();
  CHECK(document["schema"] == "enigma.diff/1");
  CHECK(document["differs"].empty());
  CHECK(diff("a=00000000000000aa&b=none").response.status == 404);
  CHECK(diff("a=00000000000000aa").response.status == 404);
}

TEST_CASE("api: listeners to events are counted, and each begins where it left") {
  World world;
  world.add("s", {"00000000000000aa", "00000000000000bb"});
  const auto listen = [&](const std::string& query, const std::string& last_event_id = "") {
    http::Request request{"GET", "/api/v1/events", query, "bearer", ""};
    request.last_event_id = last_event_id;
    http::Response answer;
    world.api.handle(request, 1001, [&](http::Response response) { answer = std::move(response); });
    return answer;
  };
  const auto all = listen("after=0");
  CHECK(all.content_type.starts_with("text/event-stream"));
  const std::string text = *all.stream();
  CHECK(text.find("id: 1\n") != std::string::npos);
  CHECK(text.find("id: 2\n") != std::string::npos);
  const std::string rest = *listen("after=0", "1").stream();
  CHECK(rest.find("id: 1\n") == std::string::npos);
  CHECK(rest.find("id: 2\n") != std::string::npos);
  std::vector<http::Response> many;
  while (many.size() < 100) {
    many.push_back(listen(""));
    if (many.back().status != 200) { break; }
  }
  CHECK(many.back().status == 503);
  many.clear();
  CHECK(listen("").status == 200);
}

TEST_CASE("api: a forecast is frozen once; another under its name is refused") {
  World world;
  world.add("s", {"00000000000000aa"});
  nlohmann::json forecast = {
      {"name", "first"},      {"sweep", "s"},
      {"flops", 1e20},        {"loss", {{"value", 2.5}, {"low", nullptr}, {"high", nullptr}}},
      {"level", 0.95},        {"rows_digest", "ab"},
      {"form", "chinchilla"}, {"code", "1"}};
  const auto freeze = [&] {
    return world.answer_to("POST", "/api/v1/forecasts", forecast.dump()).response;
  };
  CHECK(freeze().status == 200);
  CHECK(freeze().status == 200);
  REQUIRE(world.store.forecasts("s").size() == 1);
  CHECK(world.store.forecasts("s")[0].at == 1001);
  forecast["loss"]["value"] = 2.6;
  CHECK(freeze().status == 400);
  CHECK(world.store.forecasts("s")[0].loss == 2.5);
  forecast["sweep"] = "none";
  CHECK(freeze().status == 404);
  CHECK(world.answer_to("POST", "/api/v1/forecasts", "[]").response.status == 400);
  CHECK(world.answer_to("POST", "/api/v1/forecasts", forecast.dump(), "").response.status == 401);
}
