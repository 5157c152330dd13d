// What a reader of foreign recordings is asked for: one source into one empty folder.
#pragma once

#include "recordings/gather/area_resize.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace enigma::recordings::importer {

/// Options that change what is stored; part of what a finished session is recognised by.
struct ReadOptions {
  std::optional<gather::PictureSize> size;  ///< of videos; nothing = as they are
  bool color = false;                       ///< of videos: RGB instead of grey
  double bin_hz = 100;  ///< spike times are counted at this rate for `responses`
  std::string trace;  ///< of fluorescence: a series, container or kind; empty = by the usual order
};

struct ReadRequest {
  std::filesystem::path source;
  std::filesystem::path session;  ///< an empty folder: what is read is written there
  std::string name;               ///< of the session
  ReadOptions options;
  std::function<void(int64_t done, int64_t total)> progress = [](int64_t, int64_t) {};
};

}  // namespace enigma::recordings::importer
