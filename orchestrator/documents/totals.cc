#include "orchestrator/documents/totals.h"

#include "sweeps/spec.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace enigma::documents {
namespace {

using Runs = std::vector<const Counted*>;

double share_done(const Counted& run) {
  if (run.state == db::State::done || run.target_step <= 0) { return 1; }
  return static_cast<double>(run.step.value_or(0)) / static_cast<double>(run.target_step);
}

/// FLOPs that it has done, of those planned.
double spent_flops(const Counted& run) {
  return run.flops.value_or(0) * share_done(run);
}

/// Whether it has a pace of its own.
bool is_measured(const Counted& run) {
  return run.step && spent_flops(run) > 0 && run.wall_s > 0;
}

/// FLOPs left over FLOPs per second: what runs now, each at its own pace where it has said one,
/// else at the pace of all that the sweep has measured so far. Nothing while nothing runs, or
/// nothing was measured, or some FLOPs are unknown.
std::optional<double> sweep_eta_s(const Runs& runs) {
  double left = 0, done = 0, done_s = 0, rate = 0;
  int64_t unmeasured = 0;
  for (const Counted* run : runs) {
    const db::State state = run->state;
    if (state == db::State::failed || state == db::State::cancelled || state == db::State::held) {
      continue;
    }
    if (!run->flops) { return std::nullopt; }
    const double spent = spent_flops(*run);
    left += *run->flops - spent;
    const bool measured = is_measured(*run);
    if (measured) {
      done += spent;
      done_s += run->wall_s;
    }
    if (state != db::State::running) { continue; }
    if (measured) {
      rate += spent / run->wall_s;
    } else {
      ++unmeasured;
    }
  }
  if (left <= 0) { return 0.0; }
  if (done_s > 0) { rate += static_cast<double>(unmeasured) * done / done_s; }
  return rate > 0 ? std::optional(left / rate) : std::nullopt;
}

struct Spend {
  double device_s = 0, wasted_s = 0;
  std::optional<double> usd;

  void add(const Counted& run, std::optional<double> usd_per_hour) {
    device_s += run.device_s;
    wasted_s += run.wasted_device_s;
    if (usd_per_hour) { usd = usd.value_or(0) + *usd_per_hour * run.device_s / 3600; }
  }
  Json json() const {
    return {{"device_hours", device_s / 3600},
            {"usd", or_null(usd)},
            {"wasted_device_hours", wasted_s / 3600}};
  }
};

Json counts_json(const Runs& runs) {
  Json json = Json::object();
  for (const db::State state : {db::State::waiting, db::State::running, db::State::held,
                                db::State::done, db::State::failed, db::State::cancelled}) {
    json[std::string(db::name_of(state))] = std::count_if(
        runs.begin(), runs.end(), [&](const Counted* run) { return run->state == state; });
  }
  return json;
}

/// One entry of `sweeps`, of the runs that are its members.
Json sweep_json(const db::SweepRow& row, const Runs& members, std::optional<double> usd_per_hour) {
  Spend spend;
  for (const Counted* run : members) { spend.add(*run, usd_per_hour); }
  return {{"name", row.name},
          {"points", row.points},
          {"counts", counts_json(members)},
          {"spend", spend.json()},
          {"eta_s", or_null(sweep_eta_s(members))}};
}

using ById = std::unordered_map<std::string, Counted*>;

void add_steps(const db::Store& store, const std::vector<std::string>& ids, const ById& by_id) {
  if (ids.empty()) { return; }
  for (const auto& [id, step] : store.last_steps(ids)) { by_id.at(id)->step = step; }
}

/// The plan is that of the sweep asked for, else of the first one.
void add_plans(const db::Store& store, const std::optional<std::string>& sweep, const ById& by_id) {
  for (const db::PlannedRow& row : store.planned(sweep)) {
    Counted& run = *by_id.at(row.run);
    if (sweep ? row.sweep == *sweep : run.sweeps.empty()) { run.flops = row.flops; }
    run.sweeps.push_back(row.sweep);
  }
}

/// Runs that are done, of sweeps in which one runs that has no pace of its own yet.
std::vector<std::string> whose_pace_counts(const std::vector<Counted>& runs) {
  std::set<std::string> sweeps;
  for (const Counted& run : runs) {
    if (run.state != db::State::running || is_measured(run)) { continue; }
    sweeps.insert(run.sweeps.begin(), run.sweeps.end());
  }
  std::vector<std::string> ids;
  for (const Counted& run : runs) {
    const bool counts =
        run.state == db::State::done &&
        std::ranges::any_of(run.sweeps, [&](const auto& name) { return sweeps.contains(name); });
    if (counts) { ids.push_back(run.id); }
  }
  return ids;
}

Counted counted_of(const db::CountedRow& row) {
  Counted run;
  run.id = row.run;
  run.state = row.state;
  run.target_step = row.target_step;
  run.wall_s = row.wall_s;
  run.device_s = row.device_s;
  run.wasted_device_s = row.wasted_device_s;
  run.reported_at = row.reported_at;
  return run;
}

/// Where its spec says a price at all: reading a spec takes longer than everything else here.
bool may_have_price(const std::string& spec) {
  return spec.find("usd_per_device_hour") != std::string::npos ||
         spec.find("\\u") != std::string::npos;
}

}  // namespace

std::optional<double> usd_per_device_hour(const db::SweepRow& sweep) {
  if (!may_have_price(sweep.spec)) { return std::nullopt; }
  const auto spec = sweeps::parse_spec(sweep.spec, sweep.name);
  return spec.ok() ? spec.value->ceilings.usd_per_device_hour : std::nullopt;
}

std::vector<Counted> counted(const db::Store& store, const std::optional<std::string>& sweep) {
  std::vector<Counted> runs;
  std::vector<std::string> unfinished;
  for (const db::CountedRow& row : store.counted(sweep)) {
    runs.push_back(counted_of(row));
    const bool goes_on = row.state == db::State::waiting || row.state == db::State::running;
    if (goes_on && row.attempts > 0) { unfinished.push_back(row.run); }
  }
  ById by_id;
  for (Counted& run : runs) { by_id[run.id] = &run; }
  add_plans(store, sweep, by_id);
  add_steps(store, unfinished, by_id);
  add_steps(store, whose_pace_counts(runs), by_id);
  return runs;
}

Json totals(const db::Store& store, const std::optional<std::string>& sweep,
            const std::vector<Counted>& runs) {
  std::map<std::string, Runs> members;
  Runs all;
  for (const Counted& run : runs) {
    all.push_back(&run);
    for (const std::string& name : run.sweeps) { members[name].push_back(&run); }
  }
  auto sweeps = Json::array();
  std::map<std::string, std::optional<double>> rates;
  for (const db::SweepRow& row : store.sweeps()) {
    rates[row.name] = usd_per_device_hour(row);
    if (sweep && row.name != *sweep) { continue; }
    sweeps.push_back(sweep_json(row, members[row.name], rates[row.name]));
  }
  Spend total;
  for (const Counted* run : all) {
    // A run of several sweeps is paid once, at the rate of the first that names one.
    std::optional<double> rate;
    for (const std::string& name : run->sweeps) {
      if (!rate) { rate = rates[name]; }
    }
    total.add(*run, rate);
  }
  return {{"counts", counts_json(all)}, {"spend", total.json()}, {"sweeps", std::move(sweeps)}};
}

}  // namespace enigma::documents
