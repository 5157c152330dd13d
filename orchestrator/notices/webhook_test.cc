#include "orchestrator/notices/webhook.h"

#include "files/atomic_file.h"
#include "files/temporary_folder.h"
#include "http/server.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <vector>

using namespace enigma;
using namespace enigma::notices;
namespace fs = std::filesystem;

namespace {

/// Somebody's address: refuses the first posts with 503, then takes them.
class Receiver {
 public:
  explicit Receiver(int refused)
      : refused_(refused), server_(context_, {}, [this](const auto& request, const auto& reply) {
          const std::lock_guard lock(mutex_);
          const bool takes = refused_-- <= 0;
          (takes ? taken : turned_away).push_back(request.body);
          changed_.notify_all();
          reply({takes ? 204 : 503, "", "text/plain"});
        }) {}
  ~Receiver() {
    context_.stop();
    thread_.join();
  }
  std::string url() const { return server_.url() + "/hook"; }
  void wait_for(size_t count) {
    std::unique_lock lock(mutex_);
    REQUIRE(
        changed_.wait_for(lock, std::chrono::seconds(20), [&] { return taken.size() >= count; }));
  }

  std::vector<std::string> taken, turned_away;

 private:
  int refused_;
  std::mutex mutex_;
  std::condition_variable changed_;
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{
      context_.get_executor()};
  http::Server server_;
  std::thread thread_{[this] { context_.run(); }};
};

db::NewPoint a_point(const std::string& id) {
  db::NewPoint point;
  point.id = id;
  point.point = point.point_file = point.values = point.plan = point.placement = "{}";
  return point;
}

void fail(db::Store& store, const std::string& id) {
  db::Run run = store.run(id)->run;
  run.state = db::State::failed;
  store.save({run}, {{0, 50, id, "failed", "code: exit code 70"}});
}

Webhook::Edge quick() {
  return {[] { return 60.0; }, [](const std::string&) {}, 0.01, 0.01};
}

}  // namespace

TEST_CASE("webhook: posted again until it is taken, signed, and never twice") {
  const TemporaryFolder folder;
  db::Store store = db::Store::open(folder.path() / "runs.db");
  store.submit_sweep("s", "{}", {a_point("a"), a_point("b")}, 1);
  Receiver receiver(2);
  const WebhookSettings settings{receiver.url(), "key"};
  write_atomically(folder.path() / "webhook.told", R"({"event": 0, "near_ceiling": []})");
  {
    const Webhook webhook(settings, folder.path(), quick());
    fail(store, "a");
    receiver.wait_for(1);
  }
  CHECK(receiver.turned_away.size() == 2);
  CHECK(receiver.turned_away[0] == receiver.taken[0]);
  CHECK(receiver.taken.size() == 1);
  {
    const Webhook webhook(settings, folder.path(), quick());
    fail(store, "b");
    receiver.wait_for(3);  // the run, and the sweep that has ended with it
  }
  CHECK(receiver.taken.size() == 3);
  CHECK(receiver.taken[2].find("sweep_ended") != std::string::npos);
}

TEST_CASE(
    "webhook: what happened before it was set up is not told; what is left is tried at the end") {
  const TemporaryFolder folder;
  db::Store store = db::Store::open(folder.path() / "runs.db");
  store.submit_sweep("s", "{}", {a_point("a"), a_point("b"), a_point("c")}, 1);
  fail(store, "a");
  Receiver receiver(0);
  Webhook::Edge slow = quick();
  slow.look_s = 3600;
  {
    const Webhook webhook({receiver.url(), "key"}, folder.path(), slow);
    while (!fs::exists(folder.path() / "webhook.told")) { std::this_thread::yield(); }
    fail(store, "b");
  }
  REQUIRE(receiver.taken.size() == 1);
  CHECK(receiver.taken[0].find("run b failed") != std::string::npos);
}

TEST_CASE("webhook: its settings are for their owner alone, and checked") {
  const TemporaryFolder folder;
  CHECK_FALSE(webhook_of(folder.path()));
  const fs::path file = folder.path() / "webhook.json";
  write_atomically(file, R"({"url": "https://host.example/x", "secret": "s"})");
  fs::permissions(file, fs::perms::owner_read | fs::perms::group_read);
  CHECK_THROWS_AS(webhook_of(folder.path()), InputError);
  fs::permissions(file, fs::perms::owner_read);
  CHECK(webhook_of(folder.path())->secret == "s");
  for (const char* text : {"{", R"({"url": "https://x"})", R"({"url": "ftp://x", "secret": "s"})",
                           R"({"url": "https://x", "secret": "s", "sceret": 1})"}) {
    const auto wrong = parse_webhook(text, "webhook.json");
    CHECK_FALSE(wrong.ok());
    CHECK_FALSE(wrong.diagnostics.empty());
  }
}
