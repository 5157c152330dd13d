// Names of nodes as one word: "n1,n2", for commands and files.
#pragma once

#include <string>
#include <vector>

namespace enigma::launch {

std::string joined(const std::vector<std::string>& names);
/// The inverse; empty text has none.
std::vector<std::string> split(const std::string& list);

}  // namespace enigma::launch
