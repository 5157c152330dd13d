#include "orchestrator/trial/record.h"

#include <sstream>
#include <utility>

namespace enigma::trial {

std::vector<Line> lines_of(const std::string& spool) {
  std::vector<Line> lines;
  std::istringstream rest(spool);
  for (std::string text; std::getline(rest, text);) {
    protocol::ParsedReport parsed = protocol::parse_line(text);
    lines.push_back(
        {static_cast<int64_t>(lines.size()) + 1, std::move(parsed.report), std::move(parsed.why)});
  }
  return lines;
}

}  // namespace enigma::trial
