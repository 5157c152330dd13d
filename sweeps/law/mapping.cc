#include "sweeps/law/mapping.h"

#include "diagnostics/nearest.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace enigma::law {

namespace {

const std::vector<std::string> kRoles = {"N", "D", "C", "U", "loss", "group", "weight"};

std::string_view trimmed(std::string_view text) {
  const size_t from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

std::optional<std::string> fault_of(double value) {
  if (std::isnan(value)) return "is not a number";
  if (std::isinf(value)) return "is infinite";
  if (value == 0) return "is zero";
  if (value < 0) return "is negative";
  return std::nullopt;
}

/// The nearest column; or that the file's cells seem to be separated by something else.
std::string suggestion_for(const std::string& column, const std::vector<std::string>& columns) {
  if (columns.size() == 1 && columns[0].find_first_of(";\t|") != std::string::npos) {
    const char separator = columns[0][columns[0].find_first_of(";\t|")];
    return fmt::format("the cells seem to be separated by {}; a CSV file has commas",
                       separator == '\t' ? std::string("tabs") : fmt::format("'{}'", separator));
  }
  return suggest_name(column, columns);
}

struct Mapper {
  const Records& records;
  std::map<std::string, size_t> places;  ///< role → index of its column
  std::vector<Diagnostic> errors;

  /// The number in a role's cell; NaN where it is empty.
  double number(const Record& record, const std::string& role) {
    const std::string& cell = record.cells[places.at(role)];
    if (trimmed(cell).empty()) return std::numeric_limits<double>::quiet_NaN();
    if (const auto value = number_of(cell)) return *value;
    errors.push_back({.file = records.file,
                      .line = record.line,
                      .column = static_cast<int>(places.at(role)) + 1,
                      .pointer = records.columns[places.at(role)],
                      .message = "a cell of column '" + records.columns[places.at(role)] +
                                 "' is no number (column counts cells)",
                      .expected = "a number",
                      .found = cell.substr(0, 40)});
    return std::numeric_limits<double>::quiet_NaN();
  }
  bool has(const std::string& role) const { return places.contains(role); }
};

/// Why the row cannot be used, or nothing.
std::optional<std::string> why_not(Mapper& mapper, const Record& record, Row& row) {
  std::optional<std::string> why;
  const auto take = [&](const std::string& role, double& into) {
    if (!mapper.has(role)) return;
    into = mapper.number(record, role);
    const auto fault = fault_of(into);
    if (fault && !why)
      why = fmt::format("{} ({}) {}", role, mapper.records.columns[mapper.places.at(role)], *fault);
  };
  row.n = row.d = row.c = row.u = std::numeric_limits<double>::quiet_NaN();
  take("N", row.n);
  take("D", row.d);
  take("C", row.c);
  take("U", row.u);
  take("weight", row.weight);
  row.loss = mapper.number(record, "loss");
  if (!std::isfinite(row.loss) && !why) why = "loss is not a finite number";
  return why;
}

Row row_of(const Mapper& mapper, const Record& record, size_t number) {
  Row row;
  row.id = fmt::format("row {}", number);
  if (mapper.has("group")) row.group = record.cells[mapper.places.at("group")];
  for (size_t k = 0; k < mapper.records.columns.size(); ++k) {
    row.columns[mapper.records.columns[k]] = record.cells[k];
  }
  return row;
}

}  // namespace

std::optional<double> number_of(std::string_view cell) {
  cell = trimmed(cell);
  if (cell.starts_with('+')) cell.remove_prefix(1);
  double value = 0;
  const char* const end = cell.data() + cell.size();
  const auto [stop, error] = std::from_chars(cell.data(), end, value);
  if (error == std::errc::result_out_of_range && stop == end) {
    return std::numeric_limits<double>::infinity();
  }
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

Parsed<Mapping> parse_mapping(std::string_view text) {
  Parsed<Mapping> parsed;
  Mapping mapping;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    const std::string_view pair = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const size_t equals = pair.find('=');
    const std::string role(trimmed(pair.substr(0, equals)));
    const bool known = std::find(kRoles.begin(), kRoles.end(), role) != kRoles.end();
    if (equals == std::string_view::npos || equals + 1 == pair.size() || !known) {
      parsed.diagnostics.push_back(
          {.message = "--map: not a role and a column",
           .expected = "N=COL,D=COL,C=COL,U=COL,loss=COL,group=COL,weight=COL",
           .found = std::string(pair),
           .suggestion = suggest_name(role, kRoles)});
    } else if (!mapping.emplace(role, trimmed(pair.substr(equals + 1))).second) {
      parsed.diagnostics.push_back({.message = "--map: a role twice", .found = role});
    }
  }
  if (parsed.diagnostics.empty() && !mapping.contains("loss")) {
    parsed.diagnostics.push_back(
        {.message = "--map: no column for the loss", .expected = "loss=COL"});
  }
  if (parsed.diagnostics.empty()) parsed.value = mapping;
  return parsed;
}

Parsed<MappedTable> map_records(const Records& records, const Mapping& mapping) {
  Mapper mapper{records, {}, {}};
  MappedTable mapped;
  Table& table = mapped.table;
  for (const auto& [role, column] : mapping) {
    const auto found = std::find(records.columns.begin(), records.columns.end(), column);
    if (found == records.columns.end()) {
      mapper.errors.push_back({.file = records.file,
                               .message = "no such column",
                               .found = column,
                               .suggestion = suggestion_for(column, records.columns)});
      continue;
    }
    mapper.places[role] = static_cast<size_t>(found - records.columns.begin());
    table.axis_names[role] = column;
  }
  if (!mapper.errors.empty()) return {.diagnostics = mapper.errors};
  table.has_n = mapper.has("N");
  table.has_c = mapper.has("C");
  table.has_u = mapper.has("U");
  table.d_from_c = table.has_n && table.has_c && !mapper.has("D");
  table.has_d = mapper.has("D") || table.d_from_c;
  if (table.d_from_c) table.axis_names["D"] = "C/(6N)";
  size_t number = 0;
  for (const Record& record : records.rows) {
    Row row = row_of(mapper, record, ++number);
    const auto why = why_not(mapper, record, row);
    if (mapper.errors.size() >= 20) break;
    if (why) {
      mapped.excluded.push_back({row.id, *why});
      continue;
    }
    if (table.d_from_c) row.d = row.c / (6 * row.n);
    table.rows.push_back(std::move(row));
  }
  if (!mapper.errors.empty()) return {.diagnostics = mapper.errors};
  return {.value = std::move(mapped)};
}

void group_by(Table& table, const std::string& column) {
  for (Row& row : table.rows) {
    const auto found = row.columns.find(column);
    if (found == row.columns.end()) {
      std::vector<std::string> names;
      for (const auto& [name, cell] : row.columns) names.push_back(name);
      throw InputError({{.message = "--by: no such column",
                         .found = column,
                         .suggestion = suggest_name(column, names)}});
    }
    row.subset = found->second;
  }
}

}  // namespace enigma::law
