#include "orchestrator/documents/spend.h"

#include "orchestrator/decide/ceiling.h"
#include "orchestrator/documents/status.h"
#include "orchestrator/documents/totals.h"

#include <map>
#include <set>
#include <tuple>

namespace enigma::documents {
namespace {

using Rates = std::map<std::string, std::optional<double>>;

/// Dollars are unknown as soon as one of the sums has no rate.
struct Sum {
  double device_hours = 0, wasted_device_hours = 0;
  std::optional<double> usd = 0;

  void add(const db::SpentRow& spent, std::optional<double> rate) {
    device_hours += spent.device_hours;
    wasted_device_hours += spent.wasted_device_hours;
    usd = usd && rate ? std::optional(*usd + spent.device_hours * *rate) : std::nullopt;
  }
  Json json() const {
    return {{"device_hours", device_hours},
            {"usd", or_null(usd)},
            {"wasted_device_hours", wasted_device_hours}};
  }
};

std::optional<double> rate_of(const Rates& rates, const std::string& sweep) {
  const auto found = rates.find(sweep);
  return found == rates.end() ? std::nullopt : found->second;
}

std::optional<double> first_rate(const Rates& rates, const std::vector<std::string>& sweeps) {
  for (const std::string& sweep : sweeps) {
    if (const auto rate = rate_of(rates, sweep)) { return rate; }
  }
  return std::nullopt;
}

/// Sweep, size and class; an empty class: none failed.
using Key = std::tuple<std::string, std::string, std::string>;

Json rows_json(const std::map<Key, Sum>& sums) {
  auto rows = Json::array();
  for (const auto& [key, sum] : sums) {
    const auto& [sweep, size, failure_class] = key;
    Json row = {{"sweep", sweep}, {"size", or_null(size)}, {"class", or_null(failure_class)}};
    row.update(sum.json());
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string size_of(const RunView& view) {
  const Json size = size_name(member(view.plan, "size"));
  return size.is_string() ? size.get<std::string>() : "";
}

}  // namespace

namespace {

Json ceilings_json(const db::Store& store, const std::optional<std::string>& sweep) {
  const std::vector<db::Run> unsettled = store.load();
  auto list = Json::array();
  for (const auto& account : decide::accounts_of(store.ceilings(), store.charges())) {
    const db::Ceiling& ceiling = account.ceiling;
    if (sweep && ceiling.sweep != *sweep) { continue; }
    list.push_back({{"sweep", ceiling.sweep},
                    {"device_hours", ceiling.device_hours},
                    {"used_device_hours", account.used_device_hours},
                    {"reserved_device_hours", decide::reserved_device_hours(account, unsettled)},
                    {"on_reach", ceiling.stops_runs ? "checkpoint_and_stop" : "hold"},
                    {"text", ceiling.text}});
  }
  return list;
}

}  // namespace

Json spend(const db::Store& store, const std::optional<std::string>& sweep) {
  Rates rates;
  for (const db::SweepRow& row : store.sweeps()) { rates[row.name] = usd_per_device_hour(row); }
  std::map<std::string, RunView> runs;
  for (RunView& view : views(store, sweep)) { runs[view.run.id] = std::move(view); }
  std::map<Key, Sum> sums;
  Sum total;
  for (const db::SpentRow& spent : store.spent()) {
    const auto run = runs.find(spent.run);
    if (run == runs.end()) { continue; }
    total.add(spent, first_rate(rates, run->second.sweeps));
    for (const std::string& name : run->second.sweeps) {
      if (sweep && name != *sweep) { continue; }
      sums[{name, size_of(run->second), spent.failure_class}].add(spent, rate_of(rates, name));
    }
  }
  return {{"rows", rows_json(sums)},
          {"total", total.json()},
          {"ceilings", ceilings_json(store, sweep)}};
}

}  // namespace enigma::documents
