#include "orchestrator/documents/difference.h"

#include <map>
#include <string>

namespace enigma::documents {
namespace {

/// Values by pointer; an object without members is a value, too.
using Values = std::map<std::string, Json>;

std::string escaped(const std::string& key) {
  std::string text;
  for (const char c : key) { text += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c); }
  return text;
}

void collect(const Json& json, const std::string& pointer, Values& values) {
  if (!json.is_object() || json.empty()) {
    values[pointer] = json;
    return;
  }
  for (const auto& [key, member] : json.items()) {
    collect(member, pointer + "/" + escaped(key), values);
  }
}

Json value_at(const Values& values, const std::string& pointer) {
  const auto found = values.find(pointer);
  return found == values.end() ? Json() : found->second;
}

Json names_of(const Json& sessions) {
  Json names = Json::array();
  if (!sessions.is_array()) { return names; }
  for (const Json& session : sessions) { names.push_back(member(session, "name")); }
  return names;
}

}  // namespace

Json differences(const Json& a, const Json& b) {
  Values in_a, in_b;
  collect(a, "", in_a);
  collect(b, "", in_b);
  Values pointers = in_a;
  pointers.insert(in_b.begin(), in_b.end());
  Json differs = Json::array();
  for (const auto& [pointer, either] : pointers) {
    const bool in_both = in_a.contains(pointer) && in_b.contains(pointer);
    const Json left = value_at(in_a, pointer), right = value_at(in_b, pointer);
    if (in_both && left == right) { continue; }
    differs.push_back({{"pointer", pointer}, {"a", left}, {"b", right}});
  }
  return differs;
}

Json point_to_compare(const db::RunRow& run) {
  const Json file = parsed(run.point_file);
  Json point = parsed(run.point);
  point["session_names"] = names_of(member(file, "sessions"));
  point["evaluation_session_names"] = names_of(member(file, "evaluation_sessions"));
  point["steps"] = member(file, "steps");
  point["placement"] = member(file, "placement");
  point["executor"] = run.run.executor;
  point["id_version"] = run.id_version;
  return point;
}

}  // namespace enigma::documents
