#include "orchestrator/slurm/job_record.h"

#include "orchestrator/slurm/answer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace enigma::slurm {
namespace {

constexpr std::array<std::pair<std::string_view, Phase>, 22> kStates{{
    {"PENDING", Phase::waiting},         {"CONFIGURING", Phase::waiting},
    {"REQUEUED", Phase::waiting},        {"REQUEUE_FED", Phase::waiting},
    {"REQUEUE_HOLD", Phase::waiting},    {"RESV_DEL_HOLD", Phase::waiting},
    {"SPECIAL_EXIT", Phase::waiting},    {"RUNNING", Phase::running},
    {"SUSPENDED", Phase::running},       {"STOPPED", Phase::running},
    {"SIGNALING", Phase::running},       {"STAGE_OUT", Phase::running},
    {"COMPLETING", Phase::running},      {"COMPLETED", Phase::completed},
    {"FAILED", Phase::failed},           {"CANCELLED", Phase::cancelled},
    {"PREEMPTED", Phase::preempted},     {"TIMEOUT", Phase::time_limit},
    {"NODE_FAIL", Phase::node_failure},  {"OUT_OF_MEMORY", Phase::out_of_memory},
    {"BOOT_FAIL", Phase::never_started}, {"DEADLINE", Phase::never_started},
}};

/// A field of squeue --Format and its width: what is longer is cut there.
struct Column {
  std::string_view name;
  size_t width;
};
// The name is ours and short; the list of nodes stands last, where a cut costs nothing else.
constexpr std::array<Column, 6> kColumns{{{"JobArrayID", 40},
                                          {"Name", 60},
                                          {"State", 20},
                                          {"RestartCnt", 12},
                                          {"Reason", 60},
                                          {"NodeList", 240}}};

std::optional<int64_t> number_of(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size() && number >= 0;
  return whole ? std::optional(number) : std::nullopt;
}

std::vector<std::string_view> columns_of(std::string_view line) {
  std::vector<std::string_view> fields;
  size_t at = 0;
  for (const Column& column : kColumns) {
    fields.push_back(trimmed(line.substr(std::min(at, line.size()), column.width)));
    at += column.width;
  }
  return fields;
}

std::vector<std::string_view> split(std::string_view line, char separator) {
  std::vector<std::string_view> fields;
  for (;;) {
    const size_t end = line.find(separator);
    fields.push_back(trimmed(line.substr(0, end)));
    if (end == std::string_view::npos) { return fields; }
    line.remove_prefix(end + 1);
  }
}

std::string word_or_none(std::string_view text) {
  return text == "None" || text == "(null)" ? std::string() : std::string(text);
}

/// Nothing where id, state or count of restarts cannot be understood.
std::optional<JobRecord> record_of(std::string_view id, std::string_view name,
                                   std::string_view state, std::string_view restarts,
                                   std::string_view reason, std::string_view nodes) {
  const auto index = index_of(id);
  // "CANCELLED by 1000" names who asked.
  const auto phase = phase_of(state.substr(0, state.find(' ')));
  const auto count = number_of(restarts);
  if (!index || !phase || !count) { return std::nullopt; }
  return JobRecord{
      std::string(id),      std::string(name),  *index, *phase, std::string(state), *count,
      word_or_none(reason), word_or_none(nodes)};
}

}  // namespace

bool is_over(Phase phase) {
  return phase != Phase::waiting && phase != Phase::running;
}

std::optional<Phase> phase_of(std::string_view state) {
  const auto* found = std::ranges::find(kStates, state, &std::pair<std::string_view, Phase>::first);
  return found == kStates.end() ? std::nullopt : std::optional(found->second);
}

std::optional<int64_t> index_of(std::string_view id) {
  const size_t line = id.find('_');
  if (!number_of(id.substr(0, line))) { return std::nullopt; }
  return line == std::string_view::npos ? 0 : number_of(id.substr(line + 1));
}

const std::vector<std::string>& squeue_arguments() {
  static const std::vector<std::string> arguments = [] {
    std::vector<std::string> fields;
    for (const Column& column : kColumns) {
      fields.push_back(fmt::format("{}:{}", column.name, column.width));
    }
    // --array: a line a task. Of all states: what ended lately is still known to the scheduler.
    return std::vector<std::string>{
        "squeue",  "--noheader",   "--me",
        "--array", "--states=all", fmt::format("--Format={}", fmt::join(fields, ","))};
  }();
  return arguments;
}

std::vector<JobRecord> parse_squeue(std::string_view lines) {
  std::vector<JobRecord> records;
  each_line(lines, [&](std::string_view line) {
    const auto f = columns_of(line);
    if (auto record = record_of(f[0], f[1], f[2], f[3], f[4], f[5])) {
      records.push_back(std::move(*record));
    }
  });
  return records;
}

std::vector<std::string> sacct_arguments(const std::vector<std::string>& ids) {
  return {"sacct",
          "--noheader",
          "--parsable2",
          "--allocations",
          "--duplicates",
          "--format=JobID,JobName,State,Restarts,Reason,NodeList",
          fmt::format("--jobs={}", fmt::join(ids, ","))};
}

std::vector<JobRecord> parse_sacct(std::string_view lines) {
  std::map<std::string, JobRecord> last;
  each_line(lines, [&](std::string_view line) {
    const auto f = split(line, '|');
    if (f.size() != 6) { return; }
    // Versions before 22.05 do not count restarts here.
    auto record = record_of(f[0], f[1], f[2], f[3].empty() ? "0" : f[3], f[4], f[5]);
    if (record) { last[record->id] = std::move(*record); }
  });
  std::vector<JobRecord> records;
  for (auto& [id, record] : last) { records.push_back(std::move(record)); }
  return records;
}

}  // namespace enigma::slurm
