// Conditions over the columns of a table: `loss < 3 && size != "S"`.
#pragma once

#include "sweeps/law/mapping.h"

#include <string>
#include <string_view>

namespace enigma::law {

/// Keeps the rows for which the expression holds; the others go to `excluded` with the expression
/// as their why. The expression is a condition (sweeps/condition.h) whose names are columns; an
/// empty cell is unknown. Throws InputError with the column of the fault in the expression.
void keep_where(MappedTable& mapped, std::string_view expression);

}  // namespace enigma::law
