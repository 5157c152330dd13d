// Rows of a file as text, before any of them is believed: CSV (RFC 4180, and as people have it) and
// JSON lines. Row by row: a file of ten million rows never stands in memory.
#pragma once

#include "diagnostics/diagnostic.h"
#include "sweeps/law/table/text_source.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace enigma::law {

struct Cell {
  std::string text;  ///< without blanks around it; empty where the row is silent
  int line = 0;      ///< 1-based place in the file; 0: the row does not mention the column
  int column = 0;    ///< in bytes of UTF-8
};

struct Record {
  uint32_t number = 0;      ///< of the row, from 1
  std::string id;           ///< the row's own name; empty: its number is its name
  std::vector<Cell> cells;  ///< one per column
  double share_read = 1;    ///< of the file, about: 0 to 1
};

/// Who is told of a file's columns, once, and then of its rows; false ends the walk.
struct RecordVisitor {
  std::function<bool(const std::vector<std::string>& columns)> head;
  std::function<bool(const Record& record)> row;
};

/// What is read at most: what a table of runs can never need is refused before it fills memory.
struct RecordLimits {
  size_t rows = 100'000'000;
  size_t columns = 10'000;
  size_t cell_bytes = size_t{1} << 20;
};

/// CSV with a line of names. Cells are set off by commas, semicolons or tabs, whichever the first
/// lines leave no doubt about; quoted ones may hold separators, quotes ("") and line breaks. Rows
/// have as many cells as the header, empty ones at their end aside. Returns what is wrong, each
/// with its line and column; nothing where every row was told of.
std::vector<Diagnostic> walk_csv(TextSource& source, const std::string& file,
                                 const RecordVisitor& visitor, const RecordLimits& limits = {});

/// One JSON object a line; columns in the order in which they first occur. NaN, Infinity and
/// -Infinity are read as numbers; objects and lists stand in their cells as they are written.
std::vector<Diagnostic> walk_json_lines(TextSource& source, const std::string& file,
                                        const RecordVisitor& visitor,
                                        const RecordLimits& limits = {});

/// By the name's ending: `.jsonl` (or `.ndjson`) and CSV.
std::vector<Diagnostic> walk_records(TextSource& source, const std::string& file,
                                     const RecordVisitor& visitor, const RecordLimits& limits = {});

}  // namespace enigma::law
