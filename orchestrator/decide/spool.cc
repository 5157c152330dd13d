#include "orchestrator/decide/spool.h"

#include "diagnostics/check.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace enigma::decide {
namespace {

/// The rules of one line: whose it is, and that numbers rise.
std::string fault_of(const protocol::Report& report, const Spool& spool,
                     const db::SpoolPosition& at) {
  if (report.run != spool.run) {
    return fmt::format("run: expected {}, found \"{}\"", spool.run, report.run);
  }
  if (report.seq <= at.seq) {
    return fmt::format("seq: expected at least {}, found {}: an earlier line has it", at.seq + 1,
                       report.seq);
  }
  return "";
}

class Reader {
 public:
  Reader(const Spool& spool, const db::SpoolPosition& at) : spool_(spool) { part_.next = at; }

  /// `bytes` begin one before the position, where it isn't 0. `is_all`: no more can be seen.
  SpoolPart read(std::string_view bytes, bool is_all) {
    part_.more = !is_all;
    size_t from = part_.next.offset > 0 ? 1 : 0;
    if (bytes.size() <= from) { return std::move(part_); }
    const size_t first = from;
    if (first == 1 && bytes[0] != '\n') { from = end_of_told_line(bytes); }
    for (size_t end = bytes.find('\n', from); end != std::string_view::npos;
         end = bytes.find('\n', from)) {
      take(bytes.substr(from, end - from));
      from = end + 1;
    }
    const std::string_view rest = bytes.substr(from);
    if (rest.size() > protocol::kLineBytesMax || (spool_.ended && is_all && !rest.empty())) {
      take(rest);
      from = bytes.size();
    }
    part_.next.offset += static_cast<int64_t>(from - first);
    return std::move(part_);
  }

 private:
  // The position is within a line only where that line was told before it had come to its end.
  static size_t end_of_told_line(std::string_view bytes) {
    const size_t end = bytes.find('\n', 1);
    return end == std::string_view::npos ? bytes.size() : end + 1;
  }

  void take(std::string_view text) {
    const int64_t number = ++part_.next.lines;
    if (text.find_first_not_of(" \t\r") == std::string_view::npos) { return; }
    auto parsed = protocol::parse_line(text);
    std::string fault = parsed.report ? fault_of(*parsed.report, spool_, part_.next) : parsed.why;
    if (!fault.empty()) {
      part_.next.torn = true;
      part_.lines.push_back({number, std::nullopt, std::move(fault)});
    } else {
      take_report(number, std::move(*parsed.report), std::move(parsed.why));
    }
  }

  void take_report(int64_t number, protocol::Report&& report, std::string wrong) {
    const int64_t expected = part_.next.seq + 1;
    if (report.seq != expected && !part_.next.torn) {
      wrong = fmt::format("seq: expected {}, found {}: what lies between is not in the spool",
                          expected, report.seq);
    }
    part_.next.seq = report.seq;
    part_.next.torn = false;
    part_.lines.push_back({number, std::move(report), std::move(wrong)});
  }

  const Spool& spool_;
  SpoolPart part_;
};

}  // namespace

SpoolPart read_spool(Executor& executor, const Spool& spool, const db::SpoolPosition& at,
                     size_t bytes_max) {
  ENIGMA_CHECK(bytes_max > protocol::kLineBytesMax, "a part holds more than a longest line");
  const int64_t before = at.offset > 0 ? 1 : 0;
  const size_t asked = bytes_max + static_cast<size_t>(before);
  const std::string bytes =
      executor.read_spool({spool.run, spool.token, spool.number, at.offset - before, asked});
  return Reader(spool, at).read(bytes, bytes.size() < asked);
}

}  // namespace enigma::decide
