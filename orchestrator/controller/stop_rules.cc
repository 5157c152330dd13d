#include "orchestrator/controller/stop_rules.h"

#include "orchestrator/attempts/placement.h"

#include <utility>

namespace enigma {
namespace {

/// What the store has of the run's last attempt.
std::vector<protocol::Metrics> earlier(const db::Store& store, const std::string& run) {
  std::vector<protocol::Metrics> metrics;
  const auto rows = store.metrics(run);
  for (const db::MetricsRow& row : rows) {
    if (row.attempt != rows.back().attempt) { continue; }
    metrics.push_back({row.step, row.windows, row.flops, row.values});
  }
  return metrics;
}

}  // namespace

StopRules::Watched& StopRules::watched(const db::Store& store, const db::Run& run) {
  const auto [known, fresh] = watched_.try_emplace(run.id);
  Watched& watched = known->second;
  if (!fresh) { return watched; }
  const auto row = store.run(run.id);
  watched.target_step = run.target_step;
  for (const db::Membership& member : row->memberships) { watched.sweeps.push_back(member.sweep); }
  for (protocol::StopRule& rule : attempts::placement_of(row->placement).stop) {
    const int64_t over_steps = rule.over_steps;
    watched.rules.push_back({std::move(rule), decide::Trace(over_steps)});
  }
  ask_for_earlier(store, watched);
  return watched;
}

void StopRules::ask_for_earlier(const db::Store& store, const Watched& watched) {
  for (const Rule& rule : watched.rules) {
    for (const std::string& sweep : watched.sweeps) {
      const auto [frontier, fresh] = frontiers_.try_emplace({sweep, rule.rule.over_steps});
      if (!fresh) { continue; }
      for (const db::Membership& member : store.memberships(sweep)) {
        earlier_.push_back({sweep, member.run, rule.rule.over_steps});
      }
    }
  }
}

// One run a call: its rows are read on the deciding thread.
void StopRules::read_earlier(const db::Store& store) {
  if (earlier_.empty()) { return; }
  const Earlier next = std::move(earlier_.back());
  earlier_.pop_back();
  decide::Trace trace(next.over_steps);
  for (const db::MetricsRow& row : store.metrics(next.run)) {
    trace.add({row.step, row.windows, row.flops, row.values});
    const auto loss = trace.mean_loss();
    if (loss) { frontiers_[{next.sweep, next.over_steps}].add(trace.flops(), *loss); }
  }
}

void StopRules::add(Watched& watched, const protocol::Metrics& metrics) {
  watched.is_fresh = true;
  for (Rule& rule : watched.rules) {
    rule.trace.add(metrics);
    add_to_frontiers(watched, rule.trace, rule.rule.over_steps);
  }
}

void StopRules::add_to_frontiers(const Watched& watched, const decide::Trace& trace,
                                 int64_t over_steps) {
  const auto loss = trace.mean_loss();
  if (!loss) { return; }
  for (const std::string& sweep : watched.sweeps) {
    frontiers_[{sweep, over_steps}].add(trace.flops(), *loss);
  }
}

void StopRules::take(const db::Store& store, const db::Run& run,
                     const std::vector<protocol::Report>& reports) {
  const bool is_new = !watched_.contains(run.id);
  Watched& known = watched(store, run);
  if (known.rules.empty()) { return; }
  if (is_new) {
    for (const protocol::Metrics& metrics : earlier(store, run.id)) { add(known, metrics); }
    return;
  }
  for (const protocol::Report& report : reports) {
    if (const auto* metrics = std::get_if<protocol::Metrics>(&report.body)) {
      add(known, *metrics);
    }
  }
}

std::optional<std::string> StopRules::stopped_by(const Watched& watched) const {
  for (const Rule& rule : watched.rules) {
    for (const std::string& sweep : watched.sweeps) {
      const auto& frontier = frontiers_.at({sweep, rule.rule.over_steps});
      auto why = decide::stopped_by(rule.rule, rule.trace, watched.target_step, frontier);
      if (why) { return why; }
    }
  }
  return std::nullopt;
}

std::map<std::string, std::string> StopRules::stopped(const db::Store& store) {
  read_earlier(store);
  std::map<std::string, std::string> stopped;
  for (auto& [run, watched] : watched_) {
    if (!std::exchange(watched.is_fresh, false)) { continue; }
    if (auto why = stopped_by(watched)) { stopped[run] = std::move(*why); }
  }
  return stopped;
}

}  // namespace enigma
