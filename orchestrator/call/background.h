// Finding the controller of a store, or leaving one in the background.
#pragma once

#include "orchestrator/call/invocation.h"
#include "orchestrator/serve/ownership.h"

#include <stdexcept>

namespace enigma::cli {

/// No controller owns the store, or the one that does gives no answer (exit code 6).
class NoController : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The living controller of the store. Throws NoController, with what to do.
Address controller_of(const std::filesystem::path& store);

/// The same; where there is none, one is started, which ends a minute after nothing runs or waits.
/// Throws where it ends before it listens, with the last lines of STORE/controller.log.
struct Found {
  Address address;
  bool started = false;
};
Found ensure_controller(const Invocation& invocation);

/// Why the controller of the store decides nothing for now; nothing where none runs or none waits.
std::optional<std::string> waiting_of(const std::filesystem::path& store);

/// Posts `body` to an address of the controller that changes something. The document of a 2xx;
/// throws InputError with the diagnostics of a 400, NotFound of a 404, NoController without answer.
class NotFound : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
nlohmann::ordered_json post_to(const Address& address, const std::string& path,
                               const nlohmann::json& body);

}  // namespace enigma::cli
