#include "sweeps/law/table/mapped_table.h"

#include "diagnostics/nearest.h"
#include "sweeps/law/table/decimals.h"
#include "sweeps/law/table/where.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

namespace enigma::law {

namespace {

constexpr size_t kErrorsTold = 20;
constexpr size_t kShown = 40;
/// Texts that are remembered so that rows can share them; beyond, they are forgotten and begun
/// anew.
constexpr size_t kTextsRemembered = 1'000'000;
/// Room for so many rows more than the part of the file that was read foretells.
constexpr double kRoomShare = 1.02;

/// The nearest column; or that the file's cells seem to be separated by something else, or that its
/// first line is no line of names.
std::string suggestion_for(const std::string& column, const std::vector<std::string>& columns) {
  if (columns.size() == 1 && columns[0].find('|') != std::string::npos) {
    return "the cells seem to be separated by '|'; a CSV file has commas, semicolons or tabs";
  }
  if (std::all_of(columns.begin(), columns.end(), number_of)) {
    return "the first line holds numbers: a table begins with the names of its columns";
  }
  std::vector<std::string> named;
  std::copy_if(columns.begin(), columns.end(), std::back_inserter(named),
               [](const std::string& name) { return !name.empty(); });
  return suggest_name(column, named);
}

/// Equal texts of many rows as one.
template <typename Key, typename Value>
const Value& shared(std::unordered_map<Key, Value>& known, const Key& text,
                    const std::function<Value()>& make) {
  if (known.size() >= kTextsRemembered) { known.clear(); }
  const auto found = known.find(text);
  return found != known.end() ? found->second : known.emplace(text, make()).first->second;
}

class Mapper {
 public:
  Mapper(std::string file, const TableRequest& request)
      : file_(std::move(file)), request_(request) {}

  bool head(const std::vector<std::string>& columns) {
    Table& table = mapped_.table;
    table.columns = columns;
    for (const auto& [role, column] : request_.mapping) { place(role, column); }
    if (!errors_.empty()) { return false; }
    for (const std::string& column : request_.keep) {
      const auto found = std::find(columns.begin(), columns.end(), column);
      if (!column.empty() && found != columns.end()) {
        kept_.push_back(static_cast<size_t>(found - columns.begin()));
      }
    }
    if (has("N")) { table.axes.insert('N'); }
    if (has("C")) { table.axes.insert('C'); }
    if (has("U")) { table.axes.insert('U'); }
    table.d_from_c = table.has('N') && table.has('C') && !has("D");
    if (has("D") || table.d_from_c) { table.axes.insert('D'); }
    if (table.d_from_c) { table.axis_names["D"] = "C/(6N)"; }
    where_.emplace(request_.where, columns);
    return true;
  }

  bool row(const Record& record) {
    const RowId id = record.id.empty() ? RowId(record.number) : RowId(record.id);
    if (!where_->holds(record)) {
      exclude(mapped_.excluded, id, "left out by --where " + request_.where);
      return true;
    }
    Row row{.id = id};
    if (const auto why = why_not(record, row)) {
      exclude(mapped_.excluded, id, *why);
    } else if (errors_.empty()) {
      take_texts(record, row);
      make_room(record.share_read);
      mapped_.table.rows.push_back(std::move(row));
    }
    return errors_.size() < kErrorsTold;
  }

  Parsed<MappedTable> result(std::vector<Diagnostic> of_the_file) {
    for (Diagnostic& error : of_the_file) { errors_.push_back(std::move(error)); }
    if (const auto doubt = doubt_of(decimals_, file_); doubt && errors_.empty()) {
      errors_.push_back(*doubt);
    }
    if (!errors_.empty()) { return {.diagnostics = std::move(errors_)}; }
    return {.value = std::move(mapped_)};
  }

 private:
  bool has(const std::string& role) const { return places_.contains(role); }

  void place(const std::string& role, const std::string& column) {
    const auto& columns = mapped_.table.columns;
    const auto found = std::find(columns.begin(), columns.end(), column);
    if (found == columns.end()) {
      errors_.push_back({.file = file_,
                         .message = "no such column",
                         .found = column,
                         .suggestion = suggestion_for(column, columns)});
      return;
    }
    places_[role] = static_cast<size_t>(found - columns.begin());
    mapped_.table.axis_names[role] = column;
  }

  /// The number in a cell; NaN where it is empty or, which is an error, holds none.
  double number(const Cell& cell, const std::string& column) {
    if (trimmed(cell.text).empty()) { return std::numeric_limits<double>::quiet_NaN(); }
    if (const auto spelled = cell_number(cell.text)) {
      note(decimals_, cell, spelled->mark);
      return spelled->value;
    }
    const bool marks = cell.text.find_first_of(", ") != std::string::npos;
    errors_.push_back({.file = file_,
                       .line = cell.line,
                       .column = cell.column,
                       .pointer = column,
                       .message = "a cell of column '" + column + "' is no number",
                       .expected = "a number",
                       .found = cell.text.substr(0, kShown),
                       .suggestion = marks && cell.text.find_first_of("0123456789") == 0
                                         ? "write it without marks between thousands"
                                         : "leave the row out with --where, or the cell empty"});
    return std::numeric_limits<double>::quiet_NaN();
  }

  /// Why the row cannot be used, or nothing; errors say where it cannot be read.
  std::optional<std::string> why_not(const Record& record, Row& row) {
    std::optional<std::string> why;
    const auto take = [&](const char* role, double& into) {
      const auto found = places_.find(role);
      if (found == places_.end()) { return; }
      const Cell& cell = record.cells[found->second];
      const std::string& column = mapped_.table.columns[found->second];
      into = number(cell, column);
      const bool any = std::string_view(role) == "loss";  // whose sign is judged with the space
      const auto fault = any && std::isfinite(into) && !beyond_double(cell.text, into)
                             ? std::nullopt
                             : fault_of(cell.text, into);
      if (fault && !why) { why = fmt::format("{} ({}) {}", role, column, *fault); }
    };
    row.n = row.d = row.c = row.u = std::numeric_limits<double>::quiet_NaN();
    take("N", row.n);
    take("D", row.d);
    take("C", row.c);
    take("U", row.u);
    take("weight", row.weight);
    take("loss", row.loss);
    if (mapped_.table.d_from_c) { row.d = row.c / (6 * row.n); }
    if (!why && mapped_.table.d_from_c && !(std::isfinite(row.d) && row.d > 0)) {
      why = "D = C/(6N) is beyond the range of a double";
    }
    return why;
  }

  void take_texts(const Record& record, Row& row) {
    if (has("group")) {
      const std::string& group = record.cells[places_.at("group")].text;
      row.group = shared<std::string, Label>(groups_, group, [&] { return Label(group); });
    }
    if (kept_.empty()) { return; }
    std::string all;
    for (const size_t k : kept_) { (all += record.cells[k].text) += '\0'; }
    row.columns = shared<std::string, Texts>(texts_, all, [&] {
      Texts::Pairs pairs;
      for (const size_t k : kept_) {
        pairs.emplace_back(mapped_.table.columns[k], record.cells[k].text);
      }
      return Texts(std::move(pairs));
    });
  }

  /// A vector that doubles would need the rows' memory three times over.
  void make_room(double share_read) {
    std::vector<Row>& rows = mapped_.table.rows;
    if (rows.size() < rows.capacity()) { return; }
    const auto count = static_cast<double>(rows.size());
    const double foretold = share_read > 0 ? kRoomShare * count / share_read : 0;
    rows.reserve(
        static_cast<size_t>(std::max({64.0, 1.1 * count, std::min(foretold, 100 * count)})));
  }

  std::string file_;
  const TableRequest& request_;
  std::map<std::string, size_t, std::less<>> places_;  ///< role → index of its column
  std::vector<size_t> kept_;
  std::optional<Where> where_;
  Decimals decimals_;
  std::unordered_map<std::string, Label> groups_;
  std::unordered_map<std::string, Texts> texts_;
  MappedTable mapped_;
  std::vector<Diagnostic> errors_;
};

Parsed<MappedTable> table_of(TextSource& source, const std::string& file,
                             const TableRequest& request) {
  return map_records(
      [&](const RecordVisitor& visitor) { return walk_records(source, file, visitor); }, file,
      request);
}

}  // namespace

Parsed<MappedTable> map_records(const RecordWalk& walk, const std::string& file,
                                const TableRequest& request) {
  Mapper mapper(file, request);
  return mapper.result(walk({[&](const auto& columns) { return mapper.head(columns); },
                             [&](const Record& record) { return mapper.row(record); }}));
}

Parsed<MappedTable> read_table(const std::filesystem::path& file, const TableRequest& request) {
  TextSource source(file);
  return table_of(source, file.string(), request);
}

Parsed<MappedTable> table_of_text(std::string_view text, const std::string& file,
                                  const TableRequest& request) {
  TextSource source(text);
  return table_of(source, file, request);
}

void group_by(Table& table, const std::string& column) {
  const auto& columns = table.columns;
  if (std::find(columns.begin(), columns.end(), column) == columns.end()) {
    throw InputError({{.message = "--by: no such column",
                       .found = column,
                       .suggestion = suggest_name(column, columns)}});
  }
  std::unordered_map<std::string, Label> known;
  for (Row& row : table.rows) {
    const std::string* const cell = row.columns.find(column);
    const std::string subset = cell != nullptr ? *cell : "";
    row.subset = shared<std::string, Label>(known, subset, [&] { return Label(subset); });
  }
}

}  // namespace enigma::law
