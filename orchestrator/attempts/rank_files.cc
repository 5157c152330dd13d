#include "orchestrator/attempts/rank_files.h"

#include "orchestrator/attempts/slice.h"
#include "orchestrator/launch/durable.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <sstream>

namespace enigma::attempts {
namespace {

namespace fs = std::filesystem;
using decide::RankTrace;

constexpr size_t kTailBytes = 16 * 1024, kLineBytesMax = 1024;
/// Of more failed ranks than these, the rest has only noticed.
constexpr size_t kRanksMax = 256;
constexpr std::string_view kPrefix = "rank-", kSuffix = ".exit.json";

std::vector<std::string> last_lines(const fs::path& log) {
  std::vector<std::string> lines;
  std::istringstream rest(read_tail(log, kTailBytes));
  for (std::string line; std::getline(rest, line);) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) { continue; }
    lines.push_back(line.substr(0, kLineBytesMax));
  }
  return lines;
}

std::optional<int64_t> rank_of(const std::string& name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) { return std::nullopt; }
  const char* begin = name.data() + kPrefix.size();
  const char* end = name.data() + name.size() - kSuffix.size();
  int64_t rank = 0;
  const auto [stop, error] = std::from_chars(begin, end, rank);
  return error == std::errc() && stop == end && rank >= 0 ? std::optional(rank) : std::nullopt;
}

fs::path log_of(const fs::path& folder, int64_t rank) {
  const fs::path own = folder / ("rank-" + std::to_string(rank) + ".log");
  return rank > 0 || fs::exists(own) ? own : folder / "worker.log";
}

/// Written by the launcher or by a worker: nothing of it is believed before it is looked at.
std::optional<RankTrace> trace_of(const fs::path& folder, int64_t rank, const fs::path& file) {
  const auto text = launch::read_small(file.string());
  const auto json = text ? nlohmann::json::parse(*text, nullptr, false) : nlohmann::json();
  if (!json.is_object()) { return std::nullopt; }
  RankTrace trace{.rank = rank, .lines = last_lines(log_of(folder, rank))};
  const auto code = json.value("code", nlohmann::json()),
             signal = json.value("signal", nlohmann::json()),
             at = json.value("at", nlohmann::json()), node = json.value("node", nlohmann::json()),
             line = json.value("line", nlohmann::json());
  if (code.is_number_integer()) { trace.code = code.get<int>(); }
  if (signal.is_number_integer()) { trace.signal = signal.get<int>(); }
  if (at.is_number()) { trace.at = at.get<double>(); }
  if (node.is_string()) { trace.node = node.get<std::string>(); }
  if (line.is_string()) { trace.lines.push_back(line.get<std::string>().substr(0, kLineBytesMax)); }
  return trace;
}

}  // namespace

std::vector<RankTrace> rank_traces(const fs::path& attempt_folder, const decide::Ended& ended) {
  std::vector<RankTrace> traces;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(attempt_folder, absent)) {
    const auto rank = rank_of(entry.path().filename().string());
    if (!rank) { continue; }
    if (auto trace = trace_of(attempt_folder, *rank, entry.path())) {
      traces.push_back(std::move(*trace));
    }
    if (traces.size() == kRanksMax) { break; }
  }
  std::ranges::sort(traces, {}, &RankTrace::rank);
  if (!traces.empty()) { return traces; }
  return {{0, ended.code, ended.signal, 0, "", last_lines(attempt_folder / "worker.log")}};
}

std::optional<decide::RootCause> root_cause_in(const fs::path& attempt_folder,
                                               const decide::Ended& ended,
                                               const decide::Signatures& signatures) {
  const auto traces = rank_traces(attempt_folder, ended);
  auto cause = decide::root_cause(traces, signatures);
  const bool several = traces.size() > 1 || traces.front().rank > 0 || !traces.front().node.empty();
  return cause && (several || cause->is_told) ? cause : std::nullopt;
}

}  // namespace enigma::attempts
