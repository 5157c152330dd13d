// Any bytes as a table of runs, CSV or JSON lines: refused with a diagnostic, or rows as wide as
// the header, each of which ends in the table or among the excluded.
#include "sweeps/law/table/mapped_table.h"

#include <cstdint>
#include <cstdlib>

namespace {

using namespace enigma;

/// The columns, and the number of rows; every row has a cell for each column.
std::pair<std::vector<std::string>, size_t> walked(std::string_view text, const std::string& file) {
  law::TextSource source(text);
  std::vector<std::string> columns;
  size_t rows = 0;
  const law::RecordVisitor visitor{[&](const std::vector<std::string>& names) {
                                     columns = names;
                                     return true;
                                   },
                                   [&](const law::Record& record) {
                                     if (record.cells.size() != columns.size()) { std::abort(); }
                                     if (record.number != ++rows) { std::abort(); }
                                     return true;
                                   }};
  const auto wrong = law::walk_records(source, file, visitor);
  if (!wrong.empty()) { columns.clear(); }
  for (const Diagnostic& one : wrong) {
    if (one.message.empty() || to_json(one).is_null()) { std::abort(); }
  }
  return {columns, rows};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const bool lines = text.find('{') < 4 || (!text.empty() && text[0] == '\n');
  const std::string file = lines ? "a.jsonl" : "a.csv";
  const auto [columns, rows] = walked(text, file);
  if (columns.empty()) { return 0; }
  law::TableRequest request{
      .mapping = {{"loss", columns.back()}, {"N", columns.front()}, {"group", columns.front()}},
      .keep = columns};
  if (columns.size() > 2) { request.mapping["C"] = columns[1]; }
  const auto mapped = law::table_of_text(text, file, request);
  if (mapped.ok() &&
      mapped.value->table.rows.size() + law::rows_in(mapped.value->excluded) != rows) {
    std::abort();
  }
  request.where = text.substr(0, text.find('\n'));
  try {
    law::table_of_text(text, file, request);
  } catch (const InputError&) { return 0; }
  return 0;
}
