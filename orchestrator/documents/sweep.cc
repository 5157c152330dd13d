#include "orchestrator/documents/sweep.h"

#include "orchestrator/documents/status.h"

#include <algorithm>
#include <vector>

namespace enigma::documents {
namespace {

constexpr size_t kMomentsMax = 200;

/// Of all points; null where one of them is unknown.
Json planned_total(const std::vector<db::Membership>& members, const char* key) {
  double sum = 0;
  for (const db::Membership& one : members) {
    const Json value = member(parsed(one.plan), key);
    if (!value.is_number()) { return nullptr; }
    sum += value.get<double>();
  }
  return sum;
}

struct End {
  db::Time at;
  double device_hours;
  bool done;
};

std::vector<End> ends_of(const std::vector<db::Run>& runs) {
  std::vector<End> ends;
  for (const db::Run& run : runs) {
    for (const db::Attempt& attempt : run.attempts) {
      if (!attempt.ended_at) { continue; }
      const double hours = db::wall_s(attempt) * static_cast<double>(attempt.world) / 3600;
      const bool last = &attempt == &run.attempts.back();
      ends.push_back({*attempt.ended_at, hours, last && run.state == db::State::done});
    }
  }
  std::sort(ends.begin(), ends.end(), [](const End& a, const End& b) { return a.at < b.at; });
  return ends;
}

Json history(const std::vector<End>& ends) {
  const size_t stride = ends.size() / kMomentsMax + 1;
  auto moments = Json::array();
  double hours = 0;
  int64_t done = 0;
  for (size_t k = 0; k < ends.size(); ++k) {
    hours += ends[k].device_hours;
    done += ends[k].done ? 1 : 0;
    if ((k + 1) % stride != 0 && k + 1 != ends.size()) { continue; }
    moments.push_back({{"at", ends[k].at}, {"done", done}, {"device_hours", hours}});
  }
  return moments;
}

}  // namespace

std::optional<Json> sweep(const db::Store& store, const std::string& name) {
  const auto row = store.sweep(name);
  if (!row) { return std::nullopt; }
  const Json all = status(store, name, nullptr, {.limit = 0});
  const auto members = store.memberships(name);
  Json json = all["sweeps"][0];
  json["submitted_at"] = row->submitted_at;
  json["planned"] = {{"flops", planned_total(members, "flops")},
                     {"device_hours", planned_total(members, "device_hours")},
                     {"usd", planned_total(members, "usd")}};
  json["history"] = history(ends_of(store.runs_of(name)));
  json["spec"] = row->spec;
  return json;
}

}  // namespace enigma::documents
