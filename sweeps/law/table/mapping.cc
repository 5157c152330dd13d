#include "sweeps/law/table/mapping.h"

#include "diagnostics/nearest.h"
#include "sweeps/law/table/cell_number.h"

#include <algorithm>
#include <vector>

namespace enigma::law {

namespace {

const std::vector<std::string> kRoles = {"N", "D", "C", "U", "loss", "group", "weight"};

}  // namespace

Parsed<Mapping> parse_mapping(std::string_view text) {
  Parsed<Mapping> parsed;
  Mapping mapping;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    const std::string_view pair = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const size_t equals = pair.find('=');
    const std::string role(trimmed(pair.substr(0, equals)));
    const bool known = std::find(kRoles.begin(), kRoles.end(), role) != kRoles.end();
    if (equals == std::string_view::npos || equals + 1 == pair.size() || !known) {
      parsed.diagnostics.push_back(
          {.message = "--map: not a role and a column",
           .expected = "N=COL,D=COL,C=COL,U=COL,loss=COL,group=COL,weight=COL",
           .found = std::string(pair),
           .suggestion = suggest_name(role, kRoles)});
    } else if (!mapping.emplace(role, trimmed(pair.substr(equals + 1))).second) {
      parsed.diagnostics.push_back({.message = "--map: a role twice", .found = role});
    }
  }
  if (parsed.diagnostics.empty() && !mapping.contains("loss")) {
    parsed.diagnostics.push_back(
        {.message = "--map: no column for the loss", .expected = "loss=COL"});
  }
  if (parsed.diagnostics.empty()) { parsed.value = mapping; }
  return parsed;
}

}  // namespace enigma::law
