// Whether the commas in a table's numbers are decimal commas: a file tells by all its numbers
// together, and where it does not its numbers are not guessed.
#pragma once

#include "diagnostics/diagnostic.h"
#include "sweeps/law/table/cell_number.h"
#include "sweeps/law/table/records.h"

namespace enigma::law {

/// The first cell of each kind that the numbers of a file came in.
struct Decimals {
  Cell point, comma, comma_or_thousands;  ///< line 0: none
};

void note(Decimals& decimals, const Cell& cell, DecimalMark mark);

/// What speaks against reading every comma as a decimal comma: decimal points beside them, or no
/// number whose comma could not also stand between thousands.
std::optional<Diagnostic> doubt_of(const Decimals& decimals, const std::string& file);

}  // namespace enigma::law
