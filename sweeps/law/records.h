// Rows of a file as text, before any of them is believed: CSV (RFC 4180) and JSON lines.
#pragma once

#include "diagnostics/diagnostic.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace enigma::law {

struct Record {
  std::vector<std::string> cells;  ///< one per column; empty where a row is silent
  int line = 0;                    ///< 1-based line on which the row begins
};

struct Records {
  std::string file;
  std::vector<std::string> columns;
  std::vector<Record> rows;
};

/// What is read at most: what a table of runs can never need is refused before it fills memory.
struct RecordLimits {
  size_t bytes = size_t{64} << 20;
  size_t rows = 1'000'000;
  size_t columns = 1'000;
  size_t cells = 4'000'000;  ///< of all rows: a cell costs far more memory than its bytes
  size_t cell_bytes = 64 << 10;
};

/// CSV with a header line; quoted fields may hold commas, quotes ("") and line breaks. Every row
/// has as many cells as the header. Errors name line and column (in bytes, 1-based).
Parsed<Records> parse_csv(std::string_view text, const std::string& file,
                          const RecordLimits& limits = {});

/// One flat JSON object a line; columns in the order in which they first occur.
Parsed<Records> parse_json_lines(std::string_view text, const std::string& file,
                                 const RecordLimits& limits = {});

/// By the file's ending: `.jsonl` or CSV. Throws std::system_error where it cannot be read.
Parsed<Records> read_records(const std::filesystem::path& path, const RecordLimits& limits = {});

}  // namespace enigma::law
