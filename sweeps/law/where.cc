#include "sweeps/law/where.h"

#include "sweeps/condition.h"

namespace enigma::law {
namespace {

sweeps::NamedValues values_of(const Row& row) {
  sweeps::NamedValues values;
  for (const auto& [name, cell] : row.columns) {
    const auto number = number_of(cell);
    values[name] = number         ? sweeps::NamedValue(sweeps::NumberCell{*number, cell})
                   : cell.empty() ? sweeps::NamedValue()
                                  : sweeps::NamedValue(cell);
  }
  return values;
}

[[noreturn]] void refuse(const sweeps::ConditionFault& fault) {
  throw InputError({{.file = "--where",
                     .line = 1,
                     .column = static_cast<int>(fault.offset) + 1,
                     .message = "the expression cannot be read here",
                     .expected = fault.expected,
                     .found = fault.found,
                     .suggestion = fault.suggestion}});
}

}  // namespace

void keep_where(MappedTable& mapped, std::string_view expression) {
  std::vector<Row> kept;
  for (Row& row : mapped.table.rows) {
    const auto result = sweeps::evaluate(expression, values_of(row));
    if (result.fault) refuse(*result.fault);
    if (result.holds) {
      kept.push_back(std::move(row));
    } else {
      mapped.excluded.push_back({row.id, "left out by --where " + std::string(expression)});
    }
  }
  mapped.table.rows = std::move(kept);
}

}  // namespace enigma::law
