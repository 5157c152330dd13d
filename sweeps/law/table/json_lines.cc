#include "sweeps/law/table/json_object.h"
#include "sweeps/law/table/records.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace enigma::law {

namespace {

constexpr size_t kLineBytesMax = size_t{64} << 20;
constexpr size_t kShown = 40;

class Lines {
 public:
  Lines(TextSource& source, const std::string& file, const RecordLimits& limits)
      : source_(source), file_(file), limits_(limits) {}

  /// Every object of the file, member by member; `end` after each. Nothing where all is well.
  std::vector<Diagnostic> walk(const std::function<bool(JsonMember&)>& take,
                               const std::function<bool()>& end) {
    source_.rewind();
    while (wrong_.empty() && next_line()) {
      if (line_.find_first_not_of(" \t") == std::string::npos) { continue; }
      const auto fault = walk_json_object(line_, kShown, take);
      if (fault) { tell(*fault); }
      if (fault || !wrong_.empty() || !end()) { break; }
    }
    return wrong_;
  }

  int number() const { return number_; }
  int column_of(const JsonMember& member) const { return static_cast<int>(member.offset) + 1; }

  void tell(const JsonFault& fault) {
    const std::string_view rest =
        std::string_view(line_).substr(std::min(fault.offset, line_.size()), kShown);
    wrong_.push_back({.file = file_,
                      .line = number_,
                      .column = static_cast<int>(fault.offset) + 1,
                      .message = fault.message,
                      .expected = fault.expected,
                      .found = rest.empty() ? "the end of the line" : std::string(rest),
                      .suggestion = fault.suggestion.empty() ? "each line is one JSON object"
                                                             : fault.suggestion});
  }

  bool column_fits(const JsonMember& member, size_t columns) {
    if (columns <= limits_.columns && member.text.size() <= limits_.cell_bytes) { return true; }
    const bool cell = member.text.size() > limits_.cell_bytes;
    tell({.offset = member.offset,
          .message = cell ? "a value is too long" : "too many different names",
          .expected = cell ? fmt::format("at most {} bytes", limits_.cell_bytes)
                           : fmt::format("at most {}", limits_.columns),
          .suggestion = "keep one row a run (or a checkpoint)"});
    return false;
  }

 private:
  bool next_line() {
    if (source_.peek() < 0) { return false; }
    number_ = source_.line();
    line_.clear();
    while (source_.peek() >= 0) {
      const char byte = static_cast<char>(source_.peek());
      source_.advance();
      if (byte == '\n') { break; }
      line_ += byte;
      if (line_.size() <= kLineBytesMax) { continue; }
      tell({.offset = line_.size(),
            .message = "the line is too long",
            .expected = fmt::format("at most {} bytes", kLineBytesMax),
            .suggestion = "each line is one JSON object"});
      return false;
    }
    return true;
  }

  TextSource& source_;
  const std::string& file_;
  const RecordLimits& limits_;
  std::string line_;
  int number_ = 0;
  std::vector<Diagnostic> wrong_;
};

/// The columns of a file, each with its place.
struct Columns {
  std::vector<std::string> names;
  std::unordered_map<std::string, size_t> places;
  size_t likely = 0;  ///< the place after that of the last member: rows are mostly alike

  size_t place(const std::string& key) {
    if (likely < names.size() && names[likely] == key) { return likely++; }
    const auto [found, fresh] = places.try_emplace(key, names.size());
    if (fresh) { names.push_back(key); }
    likely = found->second + 1;
    return found->second;
  }
};

/// First walk: the columns, and whether every line can be read.
std::vector<Diagnostic> find_columns(Lines& lines, const RecordLimits& limits, Columns& columns,
                                     size_t& rows) {
  std::vector<size_t> seen_in;  // by column: the row that last had it
  return lines.walk(
      [&](JsonMember& member) {
        const size_t place = columns.place(member.key);
        if (place >= seen_in.size()) { seen_in.resize(place + 1, 0); }
        if (std::exchange(seen_in[place], rows + 1) == rows + 1) {
          lines.tell({.offset = member.offset,
                      .message = "the object has the name '" + member.key + "' twice",
                      .expected = "each name once",
                      .suggestion = {}});
          return false;
        }
        return lines.column_fits(member, columns.names.size());
      },
      [&] {
        columns.likely = 0;
        return ++rows <= limits.rows;
      });
}

}  // namespace

std::vector<Diagnostic> walk_json_lines(TextSource& source, const std::string& file,
                                        const RecordVisitor& visitor, const RecordLimits& limits) {
  Lines lines(source, file, limits);
  Columns columns;
  size_t rows = 0;
  std::vector<Diagnostic> wrong = find_columns(lines, limits, columns, rows);
  if (wrong.empty() && (rows == 0 || rows > limits.rows)) {
    wrong = {
        {.file = file,
         .message = rows == 0 ? "the file is empty" : "too many rows",
         .expected = rows == 0 ? "one JSON object a line" : fmt::format("at most {}", limits.rows),
         .found = rows == 0 ? "nothing" : "more"}};
  }
  if (!wrong.empty() || !visitor.head(columns.names)) { return wrong; }
  Record record;
  record.cells.resize(columns.names.size());
  const auto clear = [&] {
    for (Cell& cell : record.cells) {
      cell.text.clear();
      cell.line = cell.column = 0;
    }
    columns.likely = 0;
    return true;
  };
  return lines.walk(
      [&](JsonMember& member) {
        Cell& cell = record.cells[columns.place(member.key)];
        cell.text.swap(member.text);
        cell.line = lines.number();
        cell.column = lines.column_of(member);
        return true;
      },
      [&] {
        ++record.number;
        record.share_read = source.share_read();
        return visitor.row(record) && clear();
      });
}

std::vector<Diagnostic> walk_records(TextSource& source, const std::string& file,
                                     const RecordVisitor& visitor, const RecordLimits& limits) {
  const bool lines = file.ends_with(".jsonl") || file.ends_with(".ndjson");
  return lines ? walk_json_lines(source, file, visitor, limits)
               : walk_csv(source, file, visitor, limits);
}

}  // namespace enigma::law
