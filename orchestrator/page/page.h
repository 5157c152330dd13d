// The files of the page (web/), as they were built into this program; none where it was built
// without Node.js.
#pragma once

#include <span>
#include <string_view>

namespace enigma::page {

struct File {
  std::string_view path;  ///< "index.html", "assets/…"
  std::string_view type;  ///< as an answer names it
  std::string_view etag;  ///< in its quotes; another content has another one
  bool compressed;        ///< by gzip
  std::string_view content;
};

/// All of them; written by web/embed.mjs when this program is built.
std::span<const File> files();

/// The file of that path, or nullptr.
const File* file(std::string_view path);

}  // namespace enigma::page
