#include "sweeps/law/records.h"

#include <fmt/format.h>

namespace enigma::law {

namespace {

/// Rows of the wrong length that are told in one pass.
constexpr size_t kFaultsTold = 20;

/// Walks the bytes of a file and knows line and column.
struct Cursor {
  std::string_view text;
  size_t at = 0;
  int line = 1;
  size_t line_begin = 0;

  bool done() const { return at >= text.size(); }
  char peek() const { return text[at]; }
  int column() const { return static_cast<int>(at - line_begin) + 1; }
  void advance() {
    if (text[at++] == '\n') {
      ++line;
      line_begin = at;
    }
  }
  /// At a line break (\n or \r\n), which is taken; false elsewhere.
  bool take_break() {
    if (!done() && peek() == '\r' && at + 1 < text.size() && text[at + 1] == '\n') advance();
    if (done() || peek() != '\n') return false;
    advance();
    return true;
  }
};

struct Reader {
  Cursor cursor;
  const RecordLimits& limits;
  std::string file;
  std::vector<Diagnostic> errors;

  void fail(const std::string& message, const std::string& expected, const std::string& found) {
    errors.push_back({.file = file,
                      .line = cursor.line,
                      .column = cursor.column(),
                      .message = message,
                      .expected = expected,
                      .found = found});
  }

  bool add(std::string& cell, char byte) {
    if (byte == '\0') {
      fail("a NUL byte in a CSV file", "text", "\\0");
      return false;
    }
    if (cell.size() >= limits.cell_bytes) {
      fail("a cell is too long", fmt::format("at most {} bytes", limits.cell_bytes), "more");
      return false;
    }
    cell += byte;
    return true;
  }

  bool quoted(std::string& cell) {
    const int line = cursor.line, column = cursor.column();
    cursor.advance();
    while (!cursor.done()) {
      const char byte = cursor.peek();
      if (byte == '"') {
        cursor.advance();
        if (cursor.done() || cursor.peek() != '"') return true;
      }
      if (!add(cell, byte)) return false;
      cursor.advance();
    }
    errors.push_back({.file = file,
                      .line = line,
                      .column = column,
                      .message = "a quoted field does not end",
                      .expected = "a closing \"",
                      .found = "the end of the file"});
    return false;
  }

  bool plain(std::string& cell) {
    while (!cursor.done() && cursor.peek() != ',' && cursor.peek() != '\n') {
      const bool ends = cursor.peek() == '\r' && cursor.at + 1 < cursor.text.size() &&
                        cursor.text[cursor.at + 1] == '\n';
      if (ends) return true;
      if (cursor.peek() == '"') {
        fail("a quote inside an unquoted field", "the whole field in quotes", "\"");
        return false;
      }
      if (!add(cell, cursor.peek())) return false;
      cursor.advance();
    }
    return true;
  }

  /// The cells of one line (or of several, where quotes hold line breaks).
  bool row(std::vector<std::string>& cells) {
    for (;;) {
      std::string cell;
      const bool good = !cursor.done() && cursor.peek() == '"' ? quoted(cell) : plain(cell);
      if (!good) return false;
      cells.push_back(std::move(cell));
      if (cells.size() > limits.columns) {
        fail("too many columns", fmt::format("at most {}", limits.columns), "more");
        return false;
      }
      if (cursor.done() || cursor.take_break()) return true;
      if (cursor.peek() != ',') {
        fail("a quoted field is followed by more", "a comma or the end of the line",
             std::string(1, cursor.peek()));
        return false;
      }
      cursor.advance();
    }
  }
};

void check_header(Reader& reader, const std::vector<std::string>& columns) {
  for (size_t i = 0; i < columns.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (columns[i] != columns[j]) continue;
      reader.errors.push_back({.file = reader.file,
                               .line = 1,
                               .message = "two columns have the same name",
                               .expected = "different names",
                               .found = columns[i]});
    }
  }
}

}  // namespace

Parsed<Records> parse_csv(std::string_view text, const std::string& file,
                          const RecordLimits& limits) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Reader reader{{text}, limits, file, {}};
  Records records{.file = file};
  if (text.empty()) reader.fail("the file is empty", "a header line and rows", "nothing");
  if (!text.empty() && reader.row(records.columns)) check_header(reader, records.columns);
  const bool readable = reader.errors.empty();
  while (readable && !reader.cursor.done()) {
    Record record{.line = reader.cursor.line};
    if (reader.cursor.take_break()) continue;
    if (!reader.row(record.cells)) break;
    if (record.cells.size() != records.columns.size()) {
      reader.errors.push_back({.file = file,
                               .line = record.line,
                               .message = "a row has another number of cells than the header",
                               .expected = fmt::format("{} cells", records.columns.size()),
                               .found = fmt::format("{}", record.cells.size())});
    }
    if (records.rows.size() >= limits.rows) {
      reader.fail("too many rows", fmt::format("at most {}", limits.rows), "more");
    }
    if ((records.rows.size() + 1) * records.columns.size() > limits.cells) {
      reader.fail("too many cells", fmt::format("at most {} in all rows", limits.cells), "more");
    }
    if (reader.errors.size() >= kFaultsTold) break;
    records.rows.push_back(std::move(record));
  }
  if (!reader.errors.empty()) return {.diagnostics = reader.errors};
  return {.value = std::move(records)};
}

}  // namespace enigma::law
