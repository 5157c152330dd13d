#include "orchestrator/ownership.h"

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

std::string holder_of(const fs::path& store) {
  const auto address = read_address(store);
  if (!address) return "another controller";
  return fmt::format("controller {} on {} ({})", address->process.pid, address->process.host,
                     address->url);
}

}  // namespace

void write_address(const fs::path& store, const Address& address) {
  const nlohmann::ordered_json json = {
      {"pid", address.process.pid},   {"start_ns", address.process.start_ns},
      {"host", address.process.host}, {"boot", address.process.boot},
      {"url", address.url},           {"secret", address.secret},
      {"slots", address.slots}};
  if (!launch::write_whole(path_of(store), json.dump(2) + "\n", 0600)) fail(path_of(store));
}

std::optional<Address> read_address(const fs::path& store) {
  const auto text = launch::read_small(path_of(store));
  if (!text) return std::nullopt;
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  try {
    const Address address{{json.at("host"), json.at("boot"), json.at("pid"), json.at("start_ns")},
                          json.at("url"),
                          json.at("secret"),
                          json.at("slots")};
    if (launch::look_at(address.process) == launch::Sight::dead) return std::nullopt;
    return address;
  } catch (const nlohmann::json::exception&) {  // not ours, or of a torn disk: as good as none
    return std::nullopt;
  }
}

nlohmann::ordered_json document_of(const std::optional<Address>& controller) {
  if (!controller) return nullptr;
  return {{"pid", controller->process.pid},
          {"url", controller->url},
          {"host", controller->process.host}};
}

std::optional<uint16_t> last_port(const fs::path& store) {
  const auto text = launch::read_small(path_of(store));
  const auto json = nlohmann::json::parse(text.value_or(""), nullptr, false);
  if (!json.is_object() || !json.contains("url") || !json["url"].is_string()) return std::nullopt;
  const std::string url = json["url"];
  const int port = std::atoi(url.substr(url.rfind(':') + 1).c_str());
  if (port <= 0 || port > 65535) return std::nullopt;
  return static_cast<uint16_t>(port);
}

Ownership::Ownership(const fs::path& store) {
  fs::create_directories(store);
  const fs::path path = store / "lock";
  fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd_ < 0) fail(path);
  if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) return;
  const int reason = errno;
  ::close(fd_);
  errno = reason;
  if (reason != EWOULDBLOCK) fail(path);
  throw StoreOwned(fmt::format("the store {} is owned by {}", store.string(), holder_of(store)));
}

Ownership::~Ownership() {
  ::close(fd_);
}

}  // namespace enigma
