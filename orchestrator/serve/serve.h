// The controller as a process: owns the store, listens, turns, stops cleanly. Workers live on.
#pragma once

#include "http/message.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace enigma {

struct ServeOptions {
  std::filesystem::path store;     ///< absolute
  std::filesystem::path programs;  ///< folder of enigma-launch and its siblings
  std::string address = "127.0.0.1";
  std::optional<uint16_t> port;  ///< none: the port of the last controller, or any free one
  int64_t slots = 0;             ///< runs at once; 0 = as many as there are cores
  std::optional<double> idle_s;  ///< ends after nothing has run or waited for this long
  double grace_s = 60;           ///< for a worker between SIGTERM and SIGKILL
  /// Where jobs of a cluster reach this controller; empty: nowhere, the shared file system is all.
  std::string report_url = {};
  /// Told, once it listens, the link that lets a browser in.
  std::function<void(const std::string& link)> tell_link = {};
};

/// Until SIGTERM, SIGINT or idleness. Throws StoreOwned, db::StoreError, http::CannotListen, or
/// std::runtime_error after many turns in a row have failed. A disk that takes nothing more is no
/// failure: it is waited out. Works in the store's folder, wherever it was started.
void serve(const ServeOptions& options);

}  // namespace enigma
