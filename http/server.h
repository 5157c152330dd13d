// A small HTTP/1.1 server on one thread. Every request is bounded in size and time before it is
// believed. Beast stays in server.cc.
#pragma once

#include "http/message.h"

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

namespace boost::asio {
class io_context;
}

namespace enigma::http {

struct ServerOptions {
  std::string address = "127.0.0.1";  ///< or a name of this machine, as "localhost"
  uint16_t port = 0;                  ///< 0 = any free one
  size_t body_bytes_max = size_t{8} << 20;
  size_t header_bytes_max = size_t{16} << 10;
  int connections_max = 512;
  int timeout_s = 30;         ///< for one request, from its first byte to its answer's last
  int stream_pause_ms = 250;  ///< between two questions to a stream for more
};

/// Thrown where the address cannot be bound; the message says which port and what to do.
class CannotListen : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Server {
 public:
  /// Listens at once. `handler` is called on the thread that runs `context`, for requests whose
  /// Host header names this server (others get 421) and whose address is UTF-8 (else 400).
  Server(boost::asio::io_context& context, const ServerOptions& options, Handler handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  uint16_t port() const;
  std::string url() const;  ///< "http://127.0.0.1:PORT", "http://[::1]:PORT"

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace enigma::http
