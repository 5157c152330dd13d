#include "sweeps/law/table/where.h"

#include "sweeps/law/table/cell_number.h"

namespace enigma::law {
namespace {

NamedValue value_of(const std::string& cell) {
  if (cell.empty()) { return {}; }
  const auto number = number_of(cell);
  return number ? NamedValue(NumberCell{*number, cell}) : NamedValue(cell);
}

[[noreturn]] void refuse(const ConditionFault& fault) {
  throw InputError({{.file = "--where",
                     .line = 1,
                     .column = static_cast<int>(fault.offset) + 1,
                     .message = "the expression cannot be read here",
                     .expected = fault.expected,
                     .found = fault.found,
                     .suggestion = fault.suggestion}});
}

}  // namespace

Where::Where(std::string expression, const std::vector<std::string>& columns)
    : expression_(std::move(expression)) {
  if (expression_.empty()) { return; }
  for (size_t k = 0; k < columns.size(); ++k) {
    NamedValue& value = values_[columns[k]];
    if (expression_.find(columns[k]) != std::string::npos) { used_.emplace_back(k, &value); }
  }
  const auto result = evaluate(expression_, values_);
  if (result.fault) { refuse(*result.fault); }
}

bool Where::holds(const Record& record) {
  if (expression_.empty()) { return true; }
  for (const auto& [column, value] : used_) { *value = value_of(record.cells[column].text); }
  return evaluate(expression_, values_).holds;
}

}  // namespace enigma::law
