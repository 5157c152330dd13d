#include "sweeps/law/table/where.h"

#include "sweeps/law/table/cell_number.h"

#include <algorithm>

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

Where::Where(const std::string& expression, const std::vector<std::string>& columns) {
  if (expression.empty()) { return; }
  try {
    condition_ = Condition::read(expression, columns);
  } catch (const ConditionFault& fault) { refuse(fault); }
  for (const std::string& name : condition_->names()) {
    const auto column = std::find(columns.begin(), columns.end(), name);
    columns_.push_back(static_cast<size_t>(column - columns.begin()));
  }
  values_.resize(columns_.size());
}

bool Where::holds(const Record& record) {
  if (!condition_) { return true; }
  for (size_t i = 0; i < columns_.size(); ++i) {
    values_[i] = value_of(record.cells[columns_[i]].text);
  }
  return condition_->holds(values_);
}

}  // namespace enigma::law
