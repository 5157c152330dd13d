// Conditions over the columns of a table: `loss < 3 && size != "S"`.
#pragma once

#include "sweeps/law/mapping.h"

#include <string>
#include <string_view>

namespace enigma::law {

/// Keeps the rows for which the expression holds; the others go to `excluded` with the expression
/// as their why. Names are columns (in backquotes where they hold spaces), literals are numbers or
/// text in quotes; || && ! == != < <= > >= and parentheses. Text is compared as text where either
/// side is no number. Throws InputError with the column of the fault in the expression.
void keep_where(MappedTable& mapped, std::string_view expression);

}  // namespace enigma::law
