#include "orchestrator/spool.h"

#include <fstream>
#include <string_view>

namespace enigma {
namespace {

void take_line(std::string_view line, SpoolPart& part) {
  if (line.empty()) return;
  auto parsed = protocol::parse_line(line);
  if (parsed.report) {
    part.reports.push_back(std::move(*parsed.report));
  } else {
    part.wrong.push_back(parsed.why);
  }
}

}  // namespace

SpoolPart read_spool(const std::filesystem::path& path, int64_t offset, size_t bytes_max) {
  SpoolPart part{{}, offset, false, {}};
  std::ifstream file(path, std::ios::binary);
  if (!file || !file.seekg(offset)) return part;
  std::string bytes(bytes_max, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes_max));
  bytes.resize(static_cast<size_t>(file.gcount()));
  size_t from = 0;
  for (size_t end = bytes.find('\n'); end != std::string::npos; end = bytes.find('\n', from)) {
    take_line(std::string_view(bytes).substr(from, end - from), part);
    from = end + 1;
  }
  // A line longer than everything that is read at once is none: passed over as a whole.
  if (from == 0 && bytes.size() == bytes_max) {
    part.wrong.push_back("a line is longer than " + std::to_string(bytes_max) + " bytes");
    from = bytes.size();
  }
  part.next_offset = offset + static_cast<int64_t>(from);
  part.more = bytes.size() == bytes_max;
  return part;
}

}  // namespace enigma
