#include "sweeps/law/sweep_table.h"

#include <set>

namespace enigma::law {

namespace {

using Json = nlohmann::ordered_json;

std::string cell_of(const Json& value) {
  if (value.is_null()) return "";
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

Records records_of(const Json& rows, const std::string& sweep) {
  Records records{.file = sweep};
  std::set<std::string> known;
  for (const Json& row : rows) {
    for (const auto& [name, value] : row.items()) {
      if (known.insert(name).second) records.columns.push_back(name);
    }
  }
  int line = 0;
  for (const Json& row : rows) {
    ++line;
    if (!is_done(row)) continue;
    Record record{.line = line};
    for (const std::string& name : records.columns) {
      record.cells.push_back(row.contains(name) ? cell_of(row.at(name)) : "");
    }
    records.rows.push_back(std::move(record));
  }
  return records;
}

}  // namespace

Mapping sweep_mapping(bool one_axis) {
  if (one_axis) return {{"C", "flops"}, {"loss", "test_loss"}};
  return {{"N", "params_shared"},
          {"D", "windows"},
          {"C", "flops"},
          {"U", "windows_unique"},
          {"loss", "test_loss"}};
}

Parsed<MappedTable> table_of_sweep(const Json& export_rows, const std::string& sweep,
                                   const Mapping& mapping) {
  Json rows = Json::array();
  for (const Json& row : export_rows) rows.push_back(with_derived(row));
  const Records records = records_of(rows, sweep);
  Parsed<MappedTable> mapped = map_records(records, mapping);
  if (!mapped.value) return mapped;
  for (Row& row : mapped.value->table.rows) row.id = row.columns["run"];
  std::vector<std::string> done;
  for (const Json& row : export_rows) {
    if (is_done(row)) done.push_back(cell_of(row.value("run", Json())));
  }
  for (Excluded& excluded : mapped.value->excluded) {
    // map_records numbers the rows it was given: "row K".
    const size_t number = std::stoul(excluded.id.substr(4));
    excluded.id = done.at(number - 1);
  }
  for (const Json& row : export_rows) {
    if (is_done(row)) continue;
    mapped.value->excluded.push_back(
        {cell_of(row.value("run", Json())),
         "the run is " + cell_of(row.value("state", Json("unknown")))});
  }
  return mapped;
}

bool differs(const Table& table, const std::string& column) {
  std::set<std::string> values;
  for (const Row& row : table.rows) {
    const auto found = row.columns.find(column);
    if (found != row.columns.end()) values.insert(found->second);
  }
  return values.size() > 1;
}

}  // namespace enigma::law
