#include "orchestrator/submit/speed.h"

#include <nlohmann/json.hpp>

#include <vector>

namespace enigma {
namespace {

struct Work {
  double flops = 0, device_s = 0;
};

}  // namespace

std::string device_kind(std::string_view named) {
  const size_t bracket = named.find(" (");
  if (bracket == std::string_view::npos) { return std::string(named); }
  const std::string_view inside = named.substr(bracket + 2);
  const size_t comma = inside.rfind(", ");
  const std::string_view last = comma == std::string_view::npos ? inside : inside.substr(comma + 2);
  std::string kind(named.substr(0, bracket));
  if (last.find("thread") != std::string_view::npos) {
    kind += ", " + std::string(last.substr(0, last.find(')')));
  }
  return kind;
}

std::map<std::string, double> measured_speeds(const db::Store& store) {
  std::map<std::string, double> speeds;
  const std::vector<db::FinishedRow> finished = store.finished();
  if (finished.empty()) { return speeds; }
  const std::string device = device_kind(finished.back().device);
  std::map<std::string, Work> work;
  for (const db::FinishedRow& row : finished) {
    if (device_kind(row.device) != device || row.id_version != sweeps::kIdVersion) { continue; }
    if (!(row.flops > 0) || !(row.device_s > 0)) { continue; }
    Work& same = work[sweeps::speed_key(nlohmann::json::parse(row.point))];
    same.flops += row.flops;
    same.device_s += row.device_s;
  }
  for (const auto& [key, done] : work) { speeds[key] = done.flops / done.device_s; }
  return speeds;
}

}  // namespace enigma
