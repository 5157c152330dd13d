// What sets the cells of a CSV file off from each other.
#pragma once

#include <string>
#include <string_view>

namespace enigma::law {

struct Separator {
  char byte = ',';
  bool in_doubt = false;  ///< the first lines can be read in two ways
  std::string found;      ///< the separators between which they leave the choice
};

/// From the first lines of a file: the one of comma, semicolon and tab that stands in the line of
/// names; where several do, the one that cuts the rows into as many cells as the names.
Separator separator_of(std::string_view beginning);

/// As a word for messages.
std::string name_of_separator(char byte);

}  // namespace enigma::law
