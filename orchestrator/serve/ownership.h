// Who works on a store: one controller at a time, found by everybody else through controller.json.
#pragma once

#include "orchestrator/launch/process.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

namespace enigma {

/// STORE/controller.json (mode 0600): where the controller is and what it must be shown.
struct Address {
  launch::Process process;
  std::string url;
  std::string secret;  ///< bearer of requests that change something
  int64_t slots = 1;   ///< that its decisions count with
};
void write_address(const std::filesystem::path& store, const Address& address);

/// Who works on the store. Nothing where nobody does: no record, its process dead, or - a record of
/// another machine, where nobody here can look - the store's lock free.
std::optional<Address> read_address(const std::filesystem::path& store);

/// `controller` of the document `status`: {pid, url, host}; null where none is known to live.
nlohmann::ordered_json document_of(const std::optional<Address>& controller);

/// Whether the address may be asked from here: a loopback address of another machine is a door of
/// this one, behind which a stranger may listen.
bool is_reachable(const Address& address);

/// "controller 12 on node17 (URL)", and what to look for there.
std::string to_text(const Address& address, const std::filesystem::path& store);

/// The port of the store's last controller, dead or alive: running workers still post there.
std::optional<uint16_t> last_port(const std::filesystem::path& store);

/// Another controller owns the store (exit code 6); the message says which.
class StoreOwned : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The exclusive right to write a store, for as long as this object (or the process) lives.
class Ownership {
 public:
  /// Makes the store's folder. Throws StoreOwned, or std::system_error where it cannot be written.
  explicit Ownership(const std::filesystem::path& store);
  ~Ownership();
  Ownership(const Ownership&) = delete;
  Ownership& operator=(const Ownership&) = delete;

 private:
  int fd_ = -1;
};

}  // namespace enigma
