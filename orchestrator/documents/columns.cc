#include "orchestrator/documents/columns.h"

#include <algorithm>
#include <numeric>
#include <sstream>

namespace enigma::documents {
namespace {

constexpr size_t kNameMin = 3;  // what is left of a cut name, its "…" included

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

std::vector<size_t> widths_of(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) { widths[i] = std::max(widths[i], columns_of(row[i])); }
  }
  return widths;
}

size_t total_of(const std::vector<size_t>& widths, size_t gap) {
  if (widths.empty()) { return 0; }
  return std::accumulate(widths.begin(), widths.end(), (widths.size() - 1) * gap);
}

// Narrows the widest of the columns that may be cut until the table fits or none can give more.
void narrow(std::vector<size_t>& widths, const std::vector<size_t>& names, size_t gap) {
  while (total_of(widths, gap) > kColumns) {
    size_t* widest = nullptr;
    for (const size_t i : names) {
      if (widest == nullptr || widths.at(i) > *widest) { widest = &widths.at(i); }
    }
    if (widest == nullptr || *widest <= kNameMin) { return; }
    --*widest;
  }
}

std::string cut_to(const std::string& cell, size_t width) {
  if (columns_of(cell) <= width) { return cell; }
  size_t end = 0;
  for (size_t columns = 0; end < cell.size(); ++end) {
    if (!continues(cell[end]) && ++columns == width) { break; }
  }
  return cell.substr(0, end) + "…";
}

std::string padded(const std::string& cell, size_t width, bool to_the_left) {
  const std::string space(width - std::min(width, columns_of(cell)), ' ');
  return to_the_left ? cell + space : space + cell;
}

}  // namespace

size_t columns_of(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); }));
}

std::string aligned(std::vector<std::vector<std::string>> rows, const Paint& paint,
                    const std::vector<size_t>& names) {
  std::vector<size_t> widths = widths_of(rows);
  const size_t gap = total_of(widths, 2) > kColumns ? 1 : 2;
  narrow(widths, names, gap);
  std::string out;
  for (size_t r = 0; r < rows.size(); ++r) {
    for (size_t i = 0; i < rows[r].size(); ++i) {
      const std::string cell = padded(cut_to(rows[r][i], widths[i]), widths[i], i == 0);
      if (i > 0) { out += std::string(gap, ' '); }
      out += paint ? paint(r, i, cell) : cell;
    }
    out += "\n";
  }
  return out;
}

std::string wrapped(const std::string& text, size_t indent) {
  std::istringstream words(text);
  std::string out, line, word;
  while (words >> word) {
    const bool fits = columns_of(line) + 1 + columns_of(word) <= kColumns;
    if (line.empty() || !fits) {
      if (!line.empty()) { out += line + "\n"; }
      line = (line.empty() ? "" : std::string(indent, ' ')) + word;
    } else {
      line += " " + word;
    }
  }
  return out + line + "\n";
}

}  // namespace enigma::documents
