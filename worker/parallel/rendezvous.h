// How the ranks of an attempt find each other: rank 0 serves on a free port, which it publishes in
// the attempt's folder, the one place that all of them know.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace enigma::parallel {

struct Address {
  std::string host;
  uint16_t port = 0;
};

/// Writes `folder`/rendezvous.json {host, port}; whole or not at all.
void publish_address(const std::filesystem::path& folder, const Address& address);

/// What is published there; nothing where nothing is, or where it is no address.
std::optional<Address> published_address(const std::filesystem::path& folder);

/// Waits for it. Throws PeerLost at the deadline.
Address wait_for_address(const std::filesystem::path& folder, std::chrono::milliseconds deadline);

}  // namespace enigma::parallel
