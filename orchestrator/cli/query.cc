// enigma-sweep query: a question in SQL to the store, which it cannot change.

#include "db/query.h"

#include "orchestrator/call/lookup.h"
#include "orchestrator/cli/verbs.h"
#include "orchestrator/documents/columns.h"
#include "orchestrator/documents/metrics.h"

#include <iostream>

namespace enigma::cli {
namespace {

namespace po = boost::program_options;
using documents::Json;

std::string text_of(const Json& value) {
  if (value.is_null()) { return "-"; }
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void print_table(const db::QueryResult& result) {
  std::vector<std::vector<std::string>> rows = {result.columns};
  for (const auto& row : result.rows) {
    std::vector<std::string>& texts = rows.emplace_back();
    for (const Json& value : row) { texts.push_back(text_of(value)); }
  }
  std::cout << documents::aligned(std::move(rows));
}

void print_csv(const db::QueryResult& result) {
  std::vector<Json> head;
  for (const std::string& column : result.columns) { head.emplace_back(column); }
  std::cout << documents::csv_line(head);
  for (const auto& row : result.rows) { std::cout << documents::csv_line(row); }
}

db::QueryResult answer(const Invocation& invocation, const std::string& sql) {
  try {
    return db::query(invocation.store / "runs.db", sql);
  } catch (const db::QueryError& error) {
    throw InputError({{.file = "command line",
                       .message = std::string("--sql: ") + error.what(),
                       .expected = "one SELECT; `SELECT name, sql FROM sqlite_schema` lists tables",
                       .found = sql}});
  }
}

}  // namespace

int query(const Invocation& invocation) {
  po::options_description options("query");
  options.add_options()("sql", po::value<std::string>(), "one SELECT over the store's tables")(
      "csv", po::bool_switch(), "comma-separated");
  const auto values = parse_options(invocation, "query --sql SELECT [options]", options);
  if (!values) { return kDone; }
  const std::string sql = required(*values, "sql");
  store_of(invocation);  // says where there is none, and what is wrong with one that is no store
  const db::QueryResult result = answer(invocation, sql);
  if (invocation.json) {
    print_document(invocation, {{"columns", result.columns}, {"rows", result.rows}});
  } else if ((*values)["csv"].as<bool>()) {
    print_csv(result);
  } else {
    print_table(result);
  }
  return kDone;
}

}  // namespace enigma::cli
