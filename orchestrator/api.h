// The controller's HTTP surface (contract sections 5 and 6): reports of workers, requests and
// documents of everybody else. Routes and status codes; what they answer is made elsewhere.
#pragma once

#include "orchestrator/controller.h"
#include "orchestrator/http/message.h"
#include "orchestrator/local/environment.h"

#include <functional>
#include <string>

namespace enigma {

class Api {
 public:
  /// `wake` asks for a turn soon. `secret` is the bearer of everything but reports and /healthz.
  Api(Controller& controller, std::string secret, std::function<void()> wake)
      : controller_(controller), secret_(std::move(secret)), wake_(std::move(wake)) {}

  /// Never throws: what breaks becomes 500, or 503 for a report (the worker posts it later).
  http::Response handle(const http::Request& request, db::Time now);

  /// Why nothing is decided for now (a full disk); nothing = it goes on.
  void set_waiting(std::optional<std::string> why) { waiting_ = std::move(why); }

 private:
  http::Response report(const http::Request& request, db::Time now);
  http::Response read(const http::Request& request) const;
  http::Response change(const http::Request& request, db::Time now);
  http::Response plan(const std::string& body) const;
  http::Response submit(const std::string& body, db::Time now);
  std::string kept(const std::optional<local::Environment>& environment) const;
  http::Response request_of(const std::string& body, decide::Request request, db::Time now);

  Controller& controller_;
  std::string secret_;
  std::optional<std::string> waiting_;
  std::function<void()> wake_;
};

}  // namespace enigma
