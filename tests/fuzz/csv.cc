// Any bytes as a table of runs, CSV or JSON lines: refused with a diagnostic, or a table of rows as
// wide as its header, whose every cell can be asked for.
#include "sweeps/law/mapping.h"
#include "sweeps/law/where.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace enigma;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const bool lines = !text.empty() && (text[0] == '{' || text[0] == '\n');
  const auto records =
      lines ? law::parse_json_lines(text, "a.jsonl") : law::parse_csv(text, "a.csv");
  if (!records.ok()) {
    if (records.diagnostics.empty()) std::abort();
    return 0;
  }
  const auto& columns = records.value->columns;
  for (const law::Record& record : records.value->rows) {
    if (record.cells.size() != columns.size()) std::abort();
  }
  if (columns.empty()) return 0;
  law::Mapping mapping = {{"loss", columns.back()}, {"N", columns.front()}};
  if (columns.size() > 2) mapping["C"] = columns[1];
  auto mapped = law::map_records(*records.value, mapping);
  if (!mapped.ok()) return 0;
  const size_t rows = mapped.value->table.rows.size() + mapped.value->excluded.size();
  if (rows != records.value->rows.size()) std::abort();
  try {
    law::keep_where(*mapped.value, text.substr(0, text.find('\n')));
  } catch (const InputError&) {
    return 0;
  }
  return 0;
}
