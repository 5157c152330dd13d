// What a worker says: one JSON line per report, first in its spool file, then over HTTP.
// Bounded, checked, without trust: the controller reads these lines from any program.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace enigma::protocol {

/// Who speaks: a scheduler's job (locally: the worker's pid), array index, restart, process start.
struct Identity {
  int64_t job = 0;
  int64_t index = 0;
  int64_t restart = 0;
  int64_t start_ns = 0;
  auto operator<=>(const Identity&) const = default;
};

struct Hello {
  int64_t world = 1;
  std::vector<std::string> devices;
  std::string revision;
};
struct Metrics {
  int64_t step = 0, windows = 0;
  double flops = 0;
  std::map<std::string, std::optional<double>> values;  ///< null = unknown (e.g. no MFU)
};
struct Eval {
  int64_t step = 0;
  std::string strategy, tier;
  double loss = 0, baseline_loss = 0;
  std::optional<double> correlation, se;
  int64_t n = 0;  ///< neurons behind the correlation
};
struct Checkpoint {
  int64_t step = 0;
  std::string path;  ///< relative to the attempt's folder
  int64_t bytes = 0;
  std::string sha256;
};
struct Skipped {
  int64_t from = 0, to = 0;
  std::string why;
};
struct Preempted {
  int64_t step = 0;
};
struct Failed {
  std::string failure_class;  ///< one of the contract's classes
  std::string line;           ///< the line that decided it
};
struct Done {
  int64_t step = 0;
  double flops = 0;
};
using Body = std::variant<Hello, Metrics, Eval, Checkpoint, Skipped, Preempted, Failed, Done>;

struct Report {
  std::string run;
  Identity attempt;
  int64_t seq = 0;  ///< 1, 2, 3 … within the attempt, in spool order
  double at = 0;    ///< seconds since the epoch
  Body body;
};

inline constexpr size_t kLineBytesMax = 64 * 1024;
inline constexpr size_t kBatchBytesMax = 4 * 1024 * 1024;
inline constexpr size_t kValuesMax = 256;

/// The contract's `kind` word.
const char* kind_of(const Body& body);

/// One line without the newline. Non-finite numbers become null.
std::string to_line(const Report& report);

/// A report, or why the line is none ("seq: expected an integer of at least 1, found "x""). Numbers
/// that JSON can't write (NaN, -Infinity) or no double holds (1e999) are read as null: then there
/// is a report and a why.
struct ParsedReport {
  std::optional<Report> report;
  std::string why;
};
ParsedReport parse_line(std::string_view line);

/// What the controller answers after commit.
enum class Command { none, checkpoint, stop };
struct Answer {
  int64_t ack = 0;
  Command command = Command::none;
};
std::string to_json(const Answer& answer);
std::optional<Answer> parse_answer(std::string_view body);

}  // namespace enigma::protocol
