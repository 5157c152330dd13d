#include "sweeps/family.h"

#include "diagnostics/check.h"
#include "sweeps/brain_family.h"
#include "sweeps/causal_family.h"

#include <algorithm>

namespace enigma::sweeps {
namespace {

using Names = const std::vector<std::string>& (Family::*)() const;

std::vector<std::string> of_all(Names names) {
  std::vector<std::string> all;
  for (const Family* family : families()) {
    const std::vector<std::string>& some = (family->*names)();
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace

const std::vector<const Family*>& families() {
  static const std::vector<const Family*> table = {&brain_family(), &causal_family()};
  return table;
}

std::vector<std::string> family_names() {
  std::vector<std::string> names;
  for (const Family* family : families()) { names.emplace_back(family->name()); }
  return names;
}

const Family& family_named(const std::string& name) {
  const auto found = std::find_if(families().begin(), families().end(),
                                  [&](const Family* family) { return name == family->name(); });
  ENIGMA_CHECK(found != families().end(), "a point is of a family that there is");
  return **found;
}

std::string family_at(const Json& document, const Json::json_pointer& place) {
  const Json& found = document.contains(place) ? document.at(place) : Json();
  for (const std::string& name : family_names()) {
    if (found == name) { return name; }
  }
  return Point().family;
}

std::string family_of_spec(const Json& document) {
  const Json::json_pointer axis = Json::json_pointer("/axes") / "model.family" / 0;
  return family_at(document,
                   document.contains(axis) ? axis : Json::json_pointer("/defaults/model/family"));
}

std::vector<std::string> size_names() {
  return of_all(&Family::size_names);
}

std::vector<std::string> strategy_names() {
  return of_all(&Family::strategy_names);
}

}  // namespace enigma::sweeps
