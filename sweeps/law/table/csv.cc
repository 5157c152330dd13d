#include "sweeps/law/table/cell_number.h"
#include "sweeps/law/table/records.h"
#include "sweeps/law/table/separator.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace enigma::law {

namespace {

/// Rows of the wrong length that are told in one pass.
constexpr size_t kFaultsTold = 20;
constexpr size_t kShown = 40;

struct Reader {
  TextSource& source;
  const std::string& file;
  const RecordLimits& limits;
  char separator = ',';
  std::vector<Diagnostic> errors;

  void fail(Diagnostic diagnostic) {
    diagnostic.file = file;
    if (diagnostic.line == 0) {
      diagnostic.line = source.line();
      diagnostic.column = source.column();
    }
    errors.push_back(std::move(diagnostic));
  }

  bool at_blank() const {
    const int next = source.peek();
    return next == ' ' || (next == '\t' && separator != '\t');
  }
  bool at_end_of_line() const { return source.peek() < 0 || source.peek() == '\n'; }
  bool at_end_of_cell() const { return at_end_of_line() || source.peek() == separator; }
  void skip_blanks() {
    while (at_blank()) { source.advance(); }
  }

  bool add(Cell& cell) {
    const char byte = static_cast<char>(source.peek());
    if (byte == '\0') {
      fail({.message = "a NUL byte in a CSV file",
            .expected = "text",
            .found = "\\0",
            .suggestion = "save it as UTF-8; UTF-16 is read where the file begins with its mark"});
      return false;
    }
    if (cell.text.size() >= limits.cell_bytes) {
      fail({.message = "a cell is too long",
            .expected = fmt::format("at most {} bytes", limits.cell_bytes),
            .found = "more"});
      return false;
    }
    cell.text += byte;
    source.advance();
    return true;
  }

  bool quoted(Cell& cell) {
    source.advance();
    while (source.peek() >= 0) {
      if (source.peek() == '"') {
        source.advance();
        if (source.peek() != '"') { return after_quote(); }
      }
      if (!add(cell)) { return false; }
    }
    fail({.line = cell.line,
          .column = cell.column,
          .message = "a quoted field does not end",
          .expected = "a closing \"",
          .found = "the end of the file"});
    return false;
  }

  bool after_quote() {
    skip_blanks();
    if (at_end_of_cell()) { return true; }
    fail({.message = "a quoted field is followed by more",
          .expected = separator == ',' ? "a comma or the end of the line"
                                       : "a separator or the end of the line",
          .found = std::string(1, static_cast<char>(source.peek())),
          .suggestion = "a quote inside a quoted field is written twice"});
    return false;
  }

  bool plain(Cell& cell) {
    while (!at_end_of_cell()) {
      if (source.peek() == '"') {
        fail({.message = "a quote inside an unquoted field",
              .expected = "the whole field in quotes",
              .found = "\""});
        return false;
      }
      if (!add(cell)) { return false; }
    }
    while (cell.text.ends_with(' ') || cell.text.ends_with('\t')) { cell.text.pop_back(); }
    return true;
  }

  /// The cells of one line (or of several, where quotes hold line breaks), with its end.
  bool row(std::vector<Cell>& cells) {
    size_t count = 0;
    for (;;) {
      skip_blanks();
      if (count == cells.size()) { cells.emplace_back(); }
      Cell& cell = cells[count++];
      cell.text.clear();
      cell.line = source.line();
      cell.column = source.column();
      if (!(source.peek() == '"' ? quoted(cell) : plain(cell))) { return false; }
      if (count > limits.columns) {
        fail({.message = "too many columns",
              .expected = fmt::format("at most {}", limits.columns),
              .found = "more"});
        return false;
      }
      if (at_end_of_line()) { break; }
      source.advance();
    }
    if (source.peek() == '\n') { source.advance(); }
    cells.resize(count);
    return true;
  }

  /// Past lines of nothing but blanks.
  void skip_blank_lines() {
    for (;;) {
      skip_blanks();
      if (source.peek() != '\n') { return; }
      source.advance();
    }
  }
};

/// "sep=;" in the first line, as spreadsheets write it, and what the lines after it say otherwise.
bool choose_separator(Reader& reader) {
  const std::string_view ahead = reader.source.ahead();
  if (ahead.size() > 5 && ahead.starts_with("sep=") && ahead[5] == '\n') {
    reader.separator = ahead[4];
    while (reader.source.line() == 1) { reader.source.advance(); }
    return true;
  }
  const Separator separator = separator_of(ahead);
  reader.separator = separator.byte;
  if (!separator.in_doubt) { return true; }
  reader.fail({.message = "the first lines do not tell what separates the cells",
               .expected = "one of commas, semicolons and tabs",
               .found = separator.found + " in the line of names",
               .suggestion = "put names that hold a separator into quotes"});
  return false;
}

std::vector<std::string> names_of(Reader& reader, const std::vector<Cell>& cells) {
  std::vector<std::string> names;
  std::unordered_map<std::string, size_t> places;
  for (const Cell& cell : cells) {
    names.emplace_back(trimmed(cell.text));
    const auto [found, fresh] = places.try_emplace(names.back(), names.size());
    if (fresh || names.back().empty()) { continue; }
    reader.fail({.line = cell.line,
                 .column = cell.column,
                 .message = "two columns have the same name",
                 .expected = "different names",
                 .found = fmt::format("'{}' as columns {} and {}", names.back(), found->second,
                                      names.size()),
                 .suggestion = "rename one of them"});
  }
  return names;
}

/// Cuts or fills a row to the header's length where only empty cells are too many or missing.
void fit_to_header(Reader& reader, const std::vector<std::string>& names, Record& record) {
  std::vector<Cell>& cells = record.cells;
  const size_t count = cells.size();
  while (cells.size() > names.size() && cells.back().text.empty()) { cells.pop_back(); }
  while (cells.size() < names.size() && names[cells.size()].empty()) { cells.emplace_back(); }
  if (cells.size() == names.size()) { return; }
  const bool more = count > names.size();
  const bool commas =
      more && reader.separator == ',' && count % 2 == 0 && count <= 2 * names.size();
  reader.fail(
      {.line = cells.front().line,
       .column = more ? cells[names.size()].column : cells.back().column,
       .message = fmt::format("a row has {} cells than the header", more ? "more" : "fewer"),
       .expected = fmt::format("{} cells", names.size()),
       .found = fmt::format("{}{}", count,
                            more ? ", the first of them too many is '" +
                                       cells[names.size()].text.substr(0, kShown) + "'"
                                 : std::string()),
       .suggestion = commas ? "decimal commas need semicolons, tabs or quotes around them"
                     : !more && reader.source.peek() < 0
                         ? "it is the last row: the file may have been cut off there"
                         : ""});
}

}  // namespace

std::vector<Diagnostic> walk_csv(TextSource& source, const std::string& file,
                                 const RecordVisitor& visitor, const RecordLimits& limits) {
  Reader reader{source, file, limits, ',', {}};
  Record record;
  if (!choose_separator(reader)) { return reader.errors; }
  reader.skip_blank_lines();
  if (source.peek() < 0) {
    reader.fail({.message = "the file is empty",
                 .expected = "a line of column names, and rows",
                 .found = source.bytes() == 0 ? "nothing" : "no more than blank lines"});
    return reader.errors;
  }
  if (!reader.row(record.cells)) { return reader.errors; }
  const std::vector<std::string> names = names_of(reader, record.cells);
  if (!reader.errors.empty() || !visitor.head(names)) { return reader.errors; }
  for (reader.skip_blank_lines(); source.peek() >= 0; reader.skip_blank_lines()) {
    ++record.number;
    record.share_read = source.share_read();
    if (!reader.row(record.cells)) { break; }
    fit_to_header(reader, names, record);
    if (record.number > limits.rows) {
      reader.fail({.message = "too many rows",
                   .expected = fmt::format("at most {}", limits.rows),
                   .found = "more"});
    }
    if (reader.errors.size() >= kFaultsTold || record.number > limits.rows) { break; }
    if (reader.errors.empty() && !visitor.row(record)) { break; }
  }
  return reader.errors;
}

}  // namespace enigma::law
