#include "orchestrator/documents/log_tail.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <system_error>

namespace enigma::documents {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kBytesMax = 256 * 1024;

/// The bytes of a file from `from` on.
std::string end_of(const fs::path& path, std::uintmax_t from, std::uintmax_t bytes) {
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(from));
  std::string text(static_cast<size_t>(bytes - from), '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return text;
}

/// Where the last `lines_max` lines of the text begin.
size_t begin_of_last(const std::string& text, size_t lines_max) {
  size_t at = text.size();
  if (at > 0 && text[at - 1] == '\n') { --at; }
  for (size_t lines = 0; lines < lines_max; ++lines) {
    const size_t before = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
    if (before == std::string::npos) { return 0; }
    at = before;
  }
  return at + 1;
}

Json lines_of(const std::string& text) {
  auto lines = Json::array();
  for (size_t from = 0; from < text.size();) {
    const size_t to = std::min(text.find('\n', from), text.size());
    lines.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  return lines;
}

}  // namespace

std::optional<Json> log_tail(const fs::path& attempt_folder, int64_t attempt, size_t lines_max) {
  const fs::path log = attempt_folder / "worker.log";
  std::error_code absent;
  const std::uintmax_t bytes = fs::file_size(log, absent);
  if (absent) { return std::nullopt; }
  std::uintmax_t from = bytes > kBytesMax ? bytes - kBytesMax : 0;
  std::string text = end_of(log, from, bytes);
  // A line whose beginning is not here is left out.
  size_t begin = from == 0 ? 0 : std::min(text.find('\n'), text.size() - 1) + 1;
  begin = std::max(begin, begin_of_last(text, lines_max));
  from += begin;
  return Json{{"attempt", attempt},
              {"bytes", bytes},
              {"from_byte", from},
              {"lines", lines_of(text.substr(begin))}};
}

}  // namespace enigma::documents
