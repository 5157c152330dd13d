// The controller's HTTP surface (contract sections 5 and 6): reports of workers, requests and
// documents of everybody else. Routes and status codes; what they answer is made elsewhere.
#pragma once

#include "http/message.h"
#include "orchestrator/controller/controller.h"
#include "orchestrator/serve/door.h"
#include "orchestrator/serve/events.h"
#include "orchestrator/serve/kept_totals.h"
#include "orchestrator/serve/law.h"

#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <string>

namespace enigma {

/// Nobody waits for somebody else's plan, digest or document: those are made on threads of their
/// own over connections that only read. What changes the store is done on the deciding thread.
class Api {
 public:
  /// Hands work to the deciding thread; callable from any thread.
  using Post = std::function<void(std::function<void()> work)>;

  /// `wake` asks for a turn soon. `secret` is the bearer of everything but reports
  /// and /healthz. `program` is enigma-sweep, which fits in processes of its own.
  Api(Controller& controller, std::string secret, std::function<void()> wake, Post post,
      std::filesystem::path program);
  /// Waits for what is being made; what has not been begun is dropped.
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  /// Called on the deciding thread; `reply` is called on any. Never throws: what breaks becomes
  /// 500, or 503 for a report (the worker posts it later).
  void handle(const http::Request& request, db::Time now, const http::Reply& reply);

  /// Why nothing is decided for now (a full disk); nothing = it goes on.
  void set_waiting(std::optional<std::string> why) { waiting_ = std::move(why); }

 private:
  struct Route;
  /// Nothing: no such address.
  static const Route* route_to(const std::string& address);

  void report(const http::Request& request, db::Time now, const http::Reply& reply);
  void health(const http::Request& request, db::Time now, const http::Reply& reply);
  void controller(const http::Request& request, db::Time now, const http::Reply& reply);
  /// A document made on a thread of its own, from what the store has.
  template <auto document>
  void read(const http::Request& request, db::Time now, const http::Reply& reply);
  void page(const http::Request& request, db::Time now, const http::Reply& reply);
  void events(const http::Request& request, db::Time now, const http::Reply& reply);
  void status(const http::Request& request, db::Time now, const http::Reply& reply);
  void sweep(const http::Request& request, db::Time now, const http::Reply& reply);
  void plan(const http::Request& request, db::Time now, const http::Reply& reply);
  void submit(const http::Request& request, db::Time now, const http::Reply& reply);
  void freeze(const http::Request& request, db::Time now, const http::Reply& reply);
  template <decide::Request what>
  void ask(const http::Request& request, db::Time now, const http::Reply& reply);

  http::Response events_behind(std::optional<int64_t> seen);
  http::Response received(const http::Request& request, db::Time now);
  http::Response frozen(const std::string& body, db::Time now);
  http::Response request_of(const std::string& body, decide::Request request, db::Time now);

  Controller& controller_;
  Door door_;
  Events events_;
  Laws laws_;
  KeptTotals totals_;
  std::optional<std::string> waiting_;
  std::function<void()> wake_;
  Post post_;
  boost::asio::thread_pool documents_, plans_, fits_;
};

}  // namespace enigma
