#include "orchestrator/serve/serve.h"

#include "db/room.h"
#include "http/server.h"
#include "orchestrator/attempts/secret.h"
#include "orchestrator/controller/controller.h"
#include "orchestrator/notices/webhook.h"
#include "orchestrator/serve/api.h"
#include "orchestrator/serve/clock.h"
#include "orchestrator/serve/door.h"
#include "orchestrator/serve/executors.h"
#include "orchestrator/serve/log.h"
#include "orchestrator/serve/ownership.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <unistd.h>
#include <utility>

namespace enigma {
namespace {

namespace asio = boost::asio;

constexpr double kTurnLive_s = 0.25;  ///< adopted launchers send no signal: they are looked at
constexpr double kTurnIdle_s = 1;
constexpr int kFailuresMax = 60;

std::string fresh_token() {
  return attempts::random_hex(8);
}

// Workers of an earlier controller still post to its port: it is taken again where it is free.
std::unique_ptr<http::Server> listen(asio::io_context& context, const ServeOptions& options,
                                     const http::Handler& handler) {
  http::ServerOptions where;
  where.address = options.address;
  if (options.port) {
    where.port = *options.port;
    return std::make_unique<http::Server>(context, where, handler);
  }
  try {
    where.port = last_port(options.store).value_or(0);
    return std::make_unique<http::Server>(context, where, handler);
  } catch (const http::CannotListen&) {
    where.port = 0;
    return std::make_unique<http::Server>(context, where, handler);
  }
}

/// Nothing where the store has none.
std::unique_ptr<notices::Webhook> webhook_for(const std::filesystem::path& store) {
  auto settings = notices::webhook_of(store);
  if (!settings) { return nullptr; }
  return std::make_unique<notices::Webhook>(std::move(*settings), store,
                                            notices::Webhook::Edge{wall_clock_s, log_line});
}

/// Everything that lives as long as the process does, in the order of its making.
class Loop {
 public:
  explicit Loop(const ServeOptions& options)
      : options_(options),
        ownership_(options.store),
        store_(db::Store::open(options.store / "runs.db")),
        secret_(attempts::secret_of_store(options.store)),
        server_(listen(context_, options,
                       [this](const http::Request& request, const http::Reply& reply) {
                         api_.handle(request, wall_clock_s(), reply);
                       })),
        executors_(
            options, server_->url(),
            [this](const std::string& token) { return attempts::bearer_of(secret_, token); }),
        controller_({options.store, secret_, policy_of(options.slots), fresh_token}, store_,
                    executors_.by_name(), wall_clock_s()),
        api_(
            controller_, api_secret_, [this] { turn_soon(); },
            [this](std::function<void()> work) { asio::post(context_, std::move(work)); },
            options.programs / "enigma-sweep"),
        webhook_(webhook_for(options.store)),
        busy_at_(wall_clock_s()) {}

  void run() {
    write_address(options_.store, {launch::this_process(), server_->url(), api_secret_,
                                   controller_.options().policy.slots});
    stops_.async_wait([this](const auto& error, int) {
      if (!error) { context_.stop(); }
    });
    wait_for_children();
    turn();
    log_line(fmt::format("controller {} listens on {}", ::getpid(), server_->url()));
    if (options_.tell_link) { options_.tell_link(link_of(server_->url(), api_secret_)); }
    context_.run();
    std::filesystem::remove(options_.store / "controller.json");
  }

 private:
  void wait_for_children() {
    children_.async_wait([this](const auto& error, int) {
      if (error) { return; }
      turn_soon();
      wait_for_children();
    });
  }

  void turn_soon() {
    if (soon_) { return; }
    soon_ = true;
    asio::post(context_, [this] { turn(); });
  }

  // One of the few places where a broken environment is caught: the next turn starts anew.
  void turn() {
    soon_ = false;
    bool goes_on = false;
    const double now = wall_clock_s();
    try {
      controller_.turn(now);
      goes_on = controller_.has_marks_left();
      if (no_room_since_) { tell_room(now); }
      failures_ = 0;
    } catch (const std::exception& broken) {
      if (db::is_lack_of_room(broken)) {
        wait_for_room(broken, now);
      } else {
        count_failure(broken);
      }
    }
    if (controller_.busy() || no_room_since_) { busy_at_ = now; }
    if (options_.idle_s && now - busy_at_ > *options_.idle_s) { return context_.stop(); }
    if (goes_on) { turn_soon(); }
    const double pause_s = controller_.has_live_attempts() ? kTurnLive_s : kTurnIdle_s;
    timer_.expires_after(std::chrono::milliseconds(static_cast<int64_t>(1000 * pause_s)));
    timer_.async_wait([this](const auto& error) {
      if (!error) { turn_soon(); }
    });
  }

  // Nothing that was decided is lost: the turn after the first that can be written decides again.
  void wait_for_room(const std::exception& broken, double now) {
    if (no_room_since_) { return; }
    no_room_since_ = now;
    api_.set_waiting(fmt::format("nothing can be written to the disk: {}", broken.what()));
    log_line(
        fmt::format("nothing can be written to the disk, waiting until it can: {}", broken.what()));
  }

  void tell_room(double now) {
    const std::string text =
        fmt::format("nothing could be written to the disk for {:.0f} s; the controller waited",
                    now - *no_room_since_);
    store_.save({}, {{0, now, "", "disk_full", text}});
    no_room_since_.reset();
    api_.set_waiting(std::nullopt);
    log_line(text + ", and goes on");
  }

  void count_failure(const std::exception& broken) {
    log_line(fmt::format("turn failed ({} in a row): {}", ++failures_, broken.what()));
    if (failures_ < kFailuresMax) { return; }
    throw std::runtime_error(fmt::format("gave up after {} turns: {}", failures_, broken.what()));
  }

  ServeOptions options_;
  Ownership ownership_;
  db::Store store_;
  std::string secret_;
  std::string api_secret_ = attempts::random_hex(16);
  asio::io_context context_{1};
  asio::steady_timer timer_{context_};
  asio::signal_set stops_{context_, SIGTERM, SIGINT, SIGHUP};
  asio::signal_set children_{context_, SIGCHLD};
  std::unique_ptr<http::Server> server_;
  DrivenExecutors executors_;
  Controller controller_;
  Api api_;
  std::unique_ptr<notices::Webhook> webhook_;
  bool soon_ = false;
  int failures_ = 0;
  std::optional<double> no_room_since_;
  double busy_at_;
};

}  // namespace

void serve(const ServeOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file beyond its limit is a disk that takes no more
  Loop loop(options);
  // The folder in which it was started may go; its own cannot while it works.
  std::filesystem::current_path(options.store);
  loop.run();
}

}  // namespace enigma
