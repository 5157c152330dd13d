#include "sweeps/law/records.h"

#include "files/atomic_file.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <system_error>
#include <unordered_map>

namespace enigma::law {

namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  return value.dump();
}

Diagnostic bad_line(const std::string& file, int line, const std::string& message) {
  return {.file = file,
          .line = line,
          .column = 1,
          .message = message,
          .expected = "one flat JSON object a line"};
}

/// Fills `record` from one object; an error message where it is not flat.
std::string take(const Json& object, Records& records, Record& record,
                 std::unordered_map<std::string, size_t>& places) {
  for (const auto& [key, value] : object.items()) {
    if (value.is_structured()) return "the value of '" + key + "' is not a number or text";
    const auto [found, fresh] = places.try_emplace(key, records.columns.size());
    if (fresh) records.columns.push_back(key);
    if (record.cells.size() <= found->second) record.cells.resize(found->second + 1);
    record.cells[found->second] = text_of(value);
  }
  return "";
}

}  // namespace

Parsed<Records> parse_json_lines(std::string_view text, const std::string& file,
                                 const RecordLimits& limits) {
  Records records{.file = file};
  std::unordered_map<std::string, size_t> places;
  int line = 0;
  while (!text.empty()) {
    ++line;
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (one.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    // A flat object has no need of depth: brackets in the hundreds are an attack on the parser.
    const Json object =
        one.size() > limits.cell_bytes * 4 ? Json() : Json::parse(one, nullptr, false);
    if (!object.is_object()) return {.diagnostics = {bad_line(file, line, "not a JSON object")}};
    Record record{.line = line};
    const std::string problem = take(object, records, record, places);
    if (!problem.empty()) return {.diagnostics = {bad_line(file, line, problem)}};
    if (records.rows.size() >= limits.rows || records.columns.size() > limits.columns ||
        (records.rows.size() + 1) * records.columns.size() > limits.cells) {
      return {.diagnostics = {bad_line(file, line, "too many rows, columns or cells")}};
    }
    records.rows.push_back(std::move(record));
  }
  if (records.rows.empty()) {
    return {.diagnostics = {{.file = file,
                             .message = "the file is empty",
                             .expected = "one flat JSON object a line",
                             .found = "nothing"}}};
  }
  for (Record& record : records.rows) record.cells.resize(records.columns.size());
  return {.value = std::move(records)};
}

Parsed<Records> read_records(const std::filesystem::path& path, const RecordLimits& limits) {
  const auto bytes = std::filesystem::file_size(path);
  if (bytes > limits.bytes) {
    return {.diagnostics = {{.file = path.string(),
                             .message = "the file is too large for a table of runs",
                             .expected = fmt::format("at most {} bytes", limits.bytes),
                             .found = fmt::format("{} bytes", bytes),
                             .suggestion = "keep one row a run (or a checkpoint)"}}};
  }
  const std::string text = read_file(path, limits.bytes);
  if (path.extension() == ".jsonl") return parse_json_lines(text, path.string(), limits);
  return parse_csv(text, path.string(), limits);
}

}  // namespace enigma::law
