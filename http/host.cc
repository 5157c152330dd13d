#include "http/host.h"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/host_name.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

namespace enigma::http {
namespace {

namespace ip = boost::asio::ip;

constexpr std::string_view kPort = "80";

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::optional<ip::address> address_of(const std::string& host) {
  boost::system::error_code error;
  const auto address = ip::make_address(without_brackets(host), error);
  return error ? std::nullopt : std::optional(address);
}

// A socket of IPv6 that takes IPv4 too shows its own address as ::ffff:A.B.C.D.
ip::address unmapped(const ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) { return address; }
  return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

struct HostAndPort {
  std::string host, port;
};

HostAndPort split(const std::string& header) {
  const size_t colon = header.rfind(':');
  const size_t bracket = header.rfind(']');
  const bool has_port =
      colon != std::string::npos && (bracket == std::string::npos || bracket < colon);
  if (!has_port) { return {header, std::string(kPort)}; }
  return {header.substr(0, colon), header.substr(colon + 1)};
}

bool is_wildcard(const std::string& asked) {
  const auto address = address_of(asked);
  return address && address->is_unspecified();
}

}  // namespace

std::string without_brackets(const std::string& host) {
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  return bracketed ? host.substr(1, host.size() - 2) : host;
}

std::string url_of(const ip::tcp::endpoint& where) {
  const std::string address = where.address().to_string();
  return where.address().is_v6() ? fmt::format("http://[{}]:{}", address, where.port())
                                 : fmt::format("http://{}:{}", address, where.port());
}

bool names_server(const std::string& header, const std::string& asked,
                  const ip::tcp::endpoint& local) {
  const auto [host, port] = split(lower(header));
  if (port != std::to_string(local.port())) { return false; }
  if (const auto address = address_of(host)) {
    return *address == unmapped(local.address()) || address == address_of(asked);
  }
  if (host == "localhost" || host == lower(asked)) { return true; }
  boost::system::error_code unknown;
  return is_wildcard(asked) && host == lower(ip::host_name(unknown)) && !host.empty();
}

}  // namespace enigma::http
