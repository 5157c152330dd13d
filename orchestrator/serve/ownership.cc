#include "orchestrator/serve/ownership.h"

#include "orchestrator/launch/durable.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

namespace enigma {
namespace {

namespace fs = std::filesystem;

std::string path_of(const fs::path& store) {
  return (store / "controller.json").string();
}

[[noreturn]] void fail(const fs::path& path) {
  throw std::system_error(errno, std::generic_category(), path.string());
}

/// What STORE/controller.json says, true or not.
std::optional<Address> recorded(const fs::path& store) {
  const auto text = launch::read_small(path_of(store));
  const auto json = nlohmann::json::parse(text.value_or(""), nullptr, false);
  if (!json.is_object()) { return std::nullopt; }
  try {
    return Address{{json.at("host"), json.at("boot"), json.at("pid"), json.at("start_ns")},
                   json.at("url"),
                   json.at("secret"),
                   json.at("slots")};
  } catch (const nlohmann::json::exception&) {  // not ours, or of a torn disk: as good as none
    return std::nullopt;
  }
}

/// Whether nobody holds the store's lock. It is shared for a moment only: see `lock`.
bool is_free(const fs::path& store) {
  const int fd = ::open((store / "lock").c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) { return errno == ENOENT; }
  const bool free = ::flock(fd, LOCK_SH | LOCK_NB) == 0;
  ::close(fd);
  return free;
}

std::string holder_of(const fs::path& store) {
  if (const auto address = recorded(store)) { return to_text(*address, store); }
  return fmt::format("another process, which 'fuser {}' names on its machine",
                     (store / "lock").string());
}

/// False where another controller holds the lock. Somebody who only looks whether it is free
/// shares it for a moment; that is no reason to leave.
bool lock(int fd) {
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      throw std::system_error(errno, std::generic_category(), "the store's lock");
    }
    if (::flock(fd, LOCK_SH | LOCK_NB) != 0) { return false; }
    ::flock(fd, LOCK_UN);
  }
  return true;
}

}  // namespace

void write_address(const fs::path& store, const Address& address) {
  const nlohmann::ordered_json json = {
      {"pid", address.process.pid},   {"start_ns", address.process.start_ns},
      {"host", address.process.host}, {"boot", address.process.boot},
      {"url", address.url},           {"secret", address.secret},
      {"slots", address.slots}};
  if (!launch::write_whole(path_of(store), json.dump(2) + "\n", 0600)) { fail(path_of(store)); }
}

std::optional<Address> read_address(const fs::path& store) {
  const auto address = recorded(store);
  if (!address) { return std::nullopt; }
  const auto owner = launch::look_at(address->process);
  const bool nobody =
      owner == launch::Liveness::dead || (owner == launch::Liveness::unseen && is_free(store));
  return nobody ? std::nullopt : address;
}

bool is_reachable(const Address& address) {
  if (address.process.host == launch::this_process().host) { return true; }
  for (const char* own :
       {"http://127.", "http://localhost", "http://[::1]", "http://0.0.0.0", "http://[::]"}) {
    if (address.url.starts_with(own)) { return false; }
  }
  return true;
}

std::string to_text(const Address& address, const fs::path& store) {
  const launch::Process& process = address.process;
  return fmt::format(
      "controller {} on {} ({}); on {} it is the command 'enigma-sweep serve --store "
      "{}' ('ps -p {}' shows it, 'kill {}' ends it and leaves its workers running)",
      process.pid, process.host, address.url, process.host, store.string(), process.pid,
      process.pid);
}

nlohmann::ordered_json document_of(const std::optional<Address>& controller) {
  if (!controller) { return nullptr; }
  return {{"pid", controller->process.pid},
          {"url", controller->url},
          {"host", controller->process.host}};
}

std::optional<uint16_t> last_port(const fs::path& store) {
  const auto text = launch::read_small(path_of(store));
  const auto json = nlohmann::json::parse(text.value_or(""), nullptr, false);
  if (!json.is_object() || !json.contains("url") || !json["url"].is_string()) {
    return std::nullopt;
  }
  const std::string url = json["url"];
  const int port = std::atoi(url.substr(url.rfind(':') + 1).c_str());
  if (port <= 0 || port > 65535) { return std::nullopt; }
  return static_cast<uint16_t>(port);
}

Ownership::Ownership(const fs::path& store) {
  fs::create_directories(store);
  const fs::path path = store / "lock";
  fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd_ < 0) { fail(path); }
  try {
    if (lock(fd_)) { return; }
    throw StoreOwned(fmt::format("the store {} is owned by {}", store.string(), holder_of(store)));
  } catch (...) {
    ::close(fd_);
    throw;
  }
}

Ownership::~Ownership() {
  ::close(fd_);
}

}  // namespace enigma
