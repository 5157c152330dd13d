#include "sweeps/law/table/cell_number.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace enigma::law {

namespace {

constexpr size_t kShown = 40;

bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

/// With a point as its mark of decimals, and no '+' before it.
std::optional<double> plain_number(std::string_view text) {
  if (text.starts_with('+')) { text.remove_prefix(1); }
  if (text.starts_with('+')) { return std::nullopt; }
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (stop != end) { return std::nullopt; }
  // from_chars does not say on which side a number leaves the range; strtod does.
  if (error == std::errc::result_out_of_range) {
    return std::strtod(std::string(text).c_str(), nullptr);
  }
  return error == std::errc{} ? std::optional(value) : std::nullopt;
}

/// Whether the digits around the one comma could be thousands: 1,234 but not 0,234, 12345,678, 1,5.
bool could_be_thousands(std::string_view before, std::string_view after) {
  if (before.starts_with('-') || before.starts_with('+')) { before.remove_prefix(1); }
  return !before.empty() && before.size() <= 3 && before[0] != '0' && after.size() == 3 &&
         std::all_of(after.begin(), after.end(), is_digit);
}

std::string_view first_digits(std::string_view cell) {
  if (cell.starts_with('-') || cell.starts_with('+')) { cell.remove_prefix(1); }
  return cell.substr(0, cell.find_first_of("eE"));
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  const size_t from = text.find_first_not_of(" \t\n");
  if (from == std::string_view::npos) { return {}; }
  return text.substr(from, text.find_last_not_of(" \t\n") - from + 1);
}

std::optional<CellNumber> cell_number(std::string_view cell) {
  cell = trimmed(cell);
  const size_t comma = cell.find(',');
  const bool point = cell.find('.') != std::string_view::npos;
  if (comma == std::string_view::npos) {
    const auto value = plain_number(cell);
    if (!value) { return std::nullopt; }
    return CellNumber{*value, point ? DecimalMark::point : DecimalMark::none};
  }
  if (point || comma == 0 || !is_digit(cell[comma - 1])) { return std::nullopt; }
  std::string spelled(cell);
  spelled[comma] = '.';
  const auto value = plain_number(spelled);  // a second comma is no part of a number
  if (!value) { return std::nullopt; }
  return CellNumber{*value, could_be_thousands(cell.substr(0, comma), cell.substr(comma + 1))
                                ? DecimalMark::comma_or_thousands
                                : DecimalMark::comma};
}

std::optional<double> number_of(std::string_view cell) {
  const auto number = cell_number(cell);
  return number ? std::optional(number->value) : std::nullopt;
}

bool beyond_double(std::string_view cell, double value) {
  const std::string_view digits = first_digits(trimmed(cell));
  if (std::isinf(value)) { return !digits.empty() && (is_digit(digits[0]) || digits[0] == '.'); }
  return value == 0 && digits.find_first_of("123456789") != std::string_view::npos;
}

std::optional<std::string> fault_of(std::string_view cell, double value) {
  const std::string_view shown = trimmed(cell).substr(0, kShown);
  if (shown.empty()) { return "is empty"; }
  if (std::isnan(value)) { return "is not a number"; }
  if (beyond_double(cell, value)) {
    return value == 0
               ? fmt::format("is {}, nearer to zero than the smallest double (4.9e-324)", shown)
               : fmt::format("is {}, beyond the largest double (1.8e308)", shown);
  }
  if (std::isinf(value)) { return "is infinite"; }
  if (value == 0) { return "is zero"; }
  if (value < 0) { return "is negative"; }
  return std::nullopt;
}

}  // namespace enigma::law
