#include "sweeps/law/table/decimals.h"

#include <fmt/format.h>

namespace enigma::law {

void note(Decimals& decimals, const Cell& cell, DecimalMark mark) {
  if (mark == DecimalMark::none) { return; }
  Cell& first = mark == DecimalMark::point   ? decimals.point
                : mark == DecimalMark::comma ? decimals.comma
                                             : decimals.comma_or_thousands;
  if (first.line == 0) { first = cell; }
}

std::optional<Diagnostic> doubt_of(const Decimals& decimals, const std::string& file) {
  const Cell& comma = decimals.comma.line > 0 ? decimals.comma : decimals.comma_or_thousands;
  if (comma.line == 0) { return std::nullopt; }
  Diagnostic doubt{.file = file, .line = comma.line, .column = comma.column};
  if (decimals.point.line > 0) {
    doubt.message = "numbers with a comma stand beside numbers with a point";
    doubt.expected = "one decimal mark in the whole file, and no marks between thousands";
    doubt.found = fmt::format("'{}', and '{}' in line {}", comma.text, decimals.point.text,
                              decimals.point.line);
    return doubt;
  }
  if (decimals.comma.line > 0) { return std::nullopt; }
  doubt.message = "a comma that sets off decimals or thousands: no number of the file tells which";
  doubt.expected = "decimal points, or decimals after a comma that are not three each";
  doubt.found = fmt::format("'{}'", comma.text);
  doubt.suggestion = "write the numbers with decimal points";
  return doubt;
}

}  // namespace enigma::law
