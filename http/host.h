// Which `Host` headers name this server. A browser can be led to a loopback address under any
// name, so a request counts only when it was meant for this server.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <string>

namespace enigma::http {

/// "http://ADDRESS:PORT", with brackets around an address of IPv6.
std::string url_of(const boost::asio::ip::tcp::endpoint& where);

/// `header` is a Host header; `asked` the address or name that the server was told to listen on,
/// `local` where this connection arrived. True for ADDRESS:PORT, localhost:PORT and, as far as
/// they were asked for, the name that was bound and (with a wildcard) this machine's own name.
bool names_server(const std::string& header, const std::string& asked,
                  const boost::asio::ip::tcp::endpoint& local);

/// "[::1]" → "::1"; anything else as it is.
std::string without_brackets(const std::string& host);

}  // namespace enigma::http
