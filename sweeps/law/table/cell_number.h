// Numbers as the cells of a table spell them, and why some of them can stand on no axis of a law.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace enigma::law {

/// How the decimals of a number are set off.
enum class DecimalMark {
  none,
  point,
  comma,              ///< as in 2,5 or 10000000,0
  comma_or_thousands  ///< as in 3,125: a decimal comma, or a comma between thousands
};

struct CellNumber {
  double value = 0;
  DecimalMark mark = DecimalMark::none;
};

/// The number that a cell spells, blanks around it aside; nothing where it spells none. "nan" and
/// "inf" are numbers; what is beyond a double is infinite, what is too near to 0 for one is 0.
std::optional<CellNumber> cell_number(std::string_view cell);

/// Its value alone.
std::optional<double> number_of(std::string_view cell);

/// Why `value`, which `cell` spells, has no logarithm; nothing where it has one.
std::optional<std::string> fault_of(std::string_view cell, double value);

/// True where a double cannot hold what the cell spells: beyond its range, or too near to 0.
bool beyond_double(std::string_view cell, double value);

/// Without blanks at either end.
std::string_view trimmed(std::string_view text);

}  // namespace enigma::law
