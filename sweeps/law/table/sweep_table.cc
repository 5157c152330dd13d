#include "sweeps/law/table/sweep_table.h"

#include "sweeps/law/table/cell_number.h"

#include <set>

namespace enigma::law {

namespace {

using Json = nlohmann::ordered_json;

std::string cell_of(const Json& value) {
  if (value.is_null()) { return ""; }
  return value.is_string() ? value.get<std::string>() : value.dump();
}

bool is_done(const Json& row) {
  return row.value("state", Json()) == "done";
}

/// Axes that no column of `export` is, but that follow from some.
Json with_derived(Json row) {
  const auto number = [&](const char* name) {
    const auto found = row.find(name);
    return found != row.end() && found->is_number() ? std::optional(found->get<double>())
                                                    : std::nullopt;
  };
  const auto shared = number("params_shared"), session = number("params_session");
  const auto windows = number("windows");
  row["params_all"] = shared && session ? Json(*shared + *session) : Json();
  row["flops_6nd"] = shared && windows ? Json(6 * *shared * *windows) : Json();
  return row;
}

/// All names of the rows, in order of first sight.
std::vector<std::string> columns_of(const Json& rows) {
  std::vector<std::string> columns;
  std::set<std::string> known;
  for (const Json& row : rows) {
    for (const auto& [name, value] : row.items()) {
      if (known.insert(name).second) { columns.push_back(name); }
    }
  }
  return columns;
}

/// Tells a visitor of the finished runs.
void walk(const Json& rows, const std::vector<std::string>& columns, const RecordVisitor& visitor) {
  if (!visitor.head(columns)) { return; }
  Record record;
  record.cells.resize(columns.size());
  for (const Json& row : rows) {
    ++record.number;
    if (!is_done(row)) { continue; }
    record.id = cell_of(row.value("run", Json()));
    for (size_t k = 0; k < columns.size(); ++k) {
      record.cells[k].text = row.contains(columns[k]) ? cell_of(row.at(columns[k])) : "";
    }
    if (!visitor.row(record)) { return; }
  }
}

}  // namespace

Mapping sweep_mapping(bool one_axis) {
  if (one_axis) { return {{"C", "flops"}, {"loss", "test_loss"}}; }
  return {{"N", "params_shared"},
          {"D", "windows"},
          {"C", "flops"},
          {"U", "windows_unique"},
          {"loss", "test_loss"}};
}

Parsed<MappedTable> table_of_sweep(const Json& export_rows, const std::string& sweep,
                                   TableRequest request) {
  Json rows = Json::array();
  for (const Json& row : export_rows) { rows.push_back(with_derived(row)); }
  request.keep = columns_of(rows);
  Parsed<MappedTable> mapped = map_records(
      [&](const RecordVisitor& visitor) {
        walk(rows, request.keep, visitor);
        return std::vector<Diagnostic>{};
      },
      sweep, request);
  if (!mapped.value) { return mapped; }
  for (const Json& row : export_rows) {
    if (is_done(row)) { continue; }
    exclude(mapped.value->excluded, cell_of(row.value("run", Json())),
            "the run is " + cell_of(row.value("state", Json("unknown"))));
  }
  return mapped;
}

std::optional<double> irreducible_loss(const Table& table) {
  std::optional<double> stated;
  for (const Row& row : table.rows) {
    const std::string* const cell = row.columns.find("irreducible_loss");
    const auto loss = cell == nullptr ? std::nullopt : number_of(*cell);
    if (!loss || (stated && *stated != *loss)) { return std::nullopt; }
    stated = loss;
  }
  return stated;
}

bool differs(const Table& table, const std::string& column) {
  std::set<std::string> values;
  for (const Row& row : table.rows) {
    const std::string* const cell = row.columns.find(column);
    if (cell != nullptr) { values.insert(*cell); }
  }
  return values.size() > 1;
}

}  // namespace enigma::law
