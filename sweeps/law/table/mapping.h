// Which column of a file is which axis.
#pragma once

#include "diagnostics/diagnostic.h"

#include <map>
#include <string>
#include <string_view>

namespace enigma::law {

/// Role → column: roles N, D, C, U, loss, group, weight.
using Mapping = std::map<std::string, std::string>;

/// Reads `N=COL,D=COL,…,loss=COL`. Unknown roles, a role twice or no loss are errors.
Parsed<Mapping> parse_mapping(std::string_view text);

}  // namespace enigma::law
