// Text for people in 80 columns: aligned tables, wrapped lines.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace enigma::documents {

inline constexpr size_t kColumns = 80;

/// Characters of UTF-8 text.
size_t columns_of(const std::string& text);

/// Paints a padded cell of a row and column; the head is row 0.
using Paint = std::function<std::string(size_t row, size_t column, const std::string& cell)>;

/// Cells padded to columns, the first to the left, the others to the right, two spaces between
/// them. Where that is more than kColumns, one space; where it still is, the cells of the columns
/// `names` are cut (with "…"), the widest first.
std::string aligned(std::vector<std::vector<std::string>> rows, const Paint& paint = {},
                    const std::vector<size_t>& names = {});

/// Broken at spaces into lines of at most kColumns, those after the first indented. A longer word
/// stays whole.
std::string wrapped(const std::string& text, size_t indent);

}  // namespace enigma::documents
