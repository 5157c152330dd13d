#include "orchestrator/launch/node_list.h"

#include <sstream>

namespace enigma::launch {

std::string joined(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) { list += (list.empty() ? "" : ",") + name; }
  return list;
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> names;
  std::istringstream parts(list);
  for (std::string part; std::getline(parts, part, ',');) { names.push_back(part); }
  return names;
}

}  // namespace enigma::launch
