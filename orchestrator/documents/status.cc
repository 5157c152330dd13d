#include "orchestrator/documents/status.h"

#include "orchestrator/documents/totals.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <utility>

namespace enigma::documents {
namespace {

std::optional<double> device_hours(const RunView& view) {
  if (view.run.attempts.empty()) { return 0.0; }
  if (!view.summary.step) {
    return std::nullopt;  // something ran, nothing was measured yet
  }
  return view.summary.device_s / 3600;
}

/// Seconds until the target at the run's own pace; nothing while there is no pace.
std::optional<double> eta_s(const RunView& view) {
  if (view.run.state == db::State::done) { return 0.0; }
  const auto& step = view.summary.step;
  if (view.run.state != db::State::running || !step || *step <= 0 || view.summary.wall_s <= 0) {
    return std::nullopt;
  }
  const auto left = static_cast<double>(view.run.target_step - *step);
  return left * view.summary.wall_s / static_cast<double>(*step);
}

std::optional<double> mfu_run(const db::Summary& summary) {
  if (!summary.mfu_step || summary.wall_s <= 0) { return std::nullopt; }
  return summary.mfu_time_s / summary.wall_s;
}

/// What the MFU is a fraction of, the peak of the device that the worker named, and what of
/// attention is counted. The metric mfu_step_masked beside it counts the pairs that a mask allows.
Json mfu_basis(const RunView& view) {
  if (!view.summary.mfu_step || view.run.attempts.empty()) { return nullptr; }
  const auto& devices = view.run.attempts.back().devices;
  return devices.empty() ? Json() : Json(devices.front() + "; attention over all pairs (dense)");
}

Json attempt_number(const db::Run& run) {
  return run.attempts.empty() ? Json() : or_null(run.attempts.back().number);
}

/// When the newest report of the run came; null before the first.
Json reported_at(const db::Run& run) {
  double newest = 0;
  for (const db::Attempt& attempt : run.attempts) {
    newest = std::max(newest, attempt.progress.reported_at);
  }
  return newest > 0 ? Json(newest) : Json();
}

/// Places the values and the plan that its first sweep gave each run, or the sweep asked for.
void add_points(const db::Store& store, const std::optional<std::string>& sweep,
                std::map<std::string, RunView*>& by_id) {
  for (const db::SweepRow& row : store.sweeps()) {
    if (sweep && row.name != *sweep) { continue; }
    for (const db::Membership& member : store.memberships(row.name)) {
      RunView& view = *by_id.at(member.run);
      if (!view.plan.is_null()) { continue; }
      view.values = parsed(member.values);
      view.plan = parsed(member.plan);
    }
  }
}

}  // namespace

std::vector<RunView> views(const db::Store& store, const std::optional<std::string>& sweep) {
  const db::Store::Moment moment = store.moment();
  std::vector<RunView> list;
  for (db::Run& run : sweep ? store.runs_of(*sweep) : store.runs()) {
    list.emplace_back().run = std::move(run);
  }
  auto summaries = store.summaries(sweep);
  auto sweeps = store.sweeps_by_run();
  std::map<std::string, RunView*> by_id;
  for (RunView& view : list) {
    by_id[view.run.id] = &view;
    view.summary = summaries[view.run.id];
    view.sweeps = std::move(sweeps[view.run.id]);
  }
  add_points(store, sweep, by_id);
  return list;
}

std::vector<RunView> views_with(const db::Store& store, const std::vector<std::string>& ids,
                                const std::optional<std::string>& sweep) {
  if (ids.empty()) { return {}; }
  std::vector<RunView> list;
  for (db::Run& run : store.runs_with(ids)) { list.emplace_back().run = std::move(run); }
  auto summaries = store.summaries_with(ids);
  std::map<std::string, RunView*> by_id;
  for (RunView& view : list) {
    by_id[view.run.id] = &view;
    view.summary = summaries[view.run.id];
  }
  for (const db::Membership& member : store.memberships_with(ids)) {
    RunView& view = *by_id.at(member.run);
    view.sweeps.push_back(member.sweep);
    if (!view.plan.is_null() || (sweep && member.sweep != *sweep)) { continue; }
    view.values = parsed(member.values);
    view.plan = parsed(member.plan);
  }
  return list;
}

std::optional<RunView> view(const db::Store& store, const std::string& run) {
  auto row = store.run(run);
  if (!row) { return std::nullopt; }
  RunView view;
  view.summary = store.summary(run);
  view.run = std::move(row->run);
  for (const db::Membership& member : row->memberships) {
    view.sweeps.push_back(member.sweep);
    if (!view.plan.is_null()) { continue; }
    view.values = parsed(member.values);
    view.plan = parsed(member.plan);
  }
  return view;
}

Json run_json(const RunView& view) {
  const db::Summary& summary = view.summary;
  const bool timed = summary.step_s > 0;
  return {{"id", view.run.id},
          {"sweeps", view.sweeps},
          {"values", view.values},
          {"state", db::name_of(view.run.state)},
          {"why", or_null(view.run.why)},
          {"attempt", attempt_number(view.run)},
          {"step", or_null(summary.step)},
          {"target_step", view.run.target_step},
          {"train_loss", or_null(summary.train_loss)},
          {"test_loss", or_null(summary.test_loss)},
          {"baseline_loss", or_null(summary.baseline_loss)},
          {"test_correlation", or_null(summary.test_correlation)},
          {"mfu_step", or_null(summary.mfu_step)},
          {"mfu_run", or_null(mfu_run(summary))},
          {"mfu_basis", mfu_basis(view)},
          {"data_wait_fraction", timed ? Json(summary.data_wait_s / summary.step_s) : Json()},
          {"wall_s", summary.step ? Json(summary.wall_s) : Json()},
          {"device_hours", or_null(device_hours(view))},
          {"eta_s", or_null(eta_s(view))},
          {"family", member(view.plan, "family")},
          {"size", size_name(member(view.plan, "size"))},
          {"subset", member(member(view.plan, "data"), "subset")},
          {"seed", member(view.plan, "seed")},
          {"params_shared", member(member(view.plan, "params"), "shared")},
          {"windows", or_null(summary.windows)},
          {"flops", or_null(summary.flops)},
          {"reported_at", reported_at(view.run)}};
}

Json size_name(const Json& size) {
  if (!size.is_object()) { return size; }
  return member(size, "width").dump() + "x" + member(size, "layers").dump() + "x" +
         member(size, "heads").dump();
}

namespace {

Counted counted_of(const RunView& view) {
  const Json flops = member(view.plan, "flops");
  Counted run;
  run.id = view.run.id;
  run.state = view.run.state;
  run.target_step = view.run.target_step;
  run.step = view.summary.step;
  run.wall_s = view.summary.wall_s;
  run.device_s = view.summary.device_s;
  run.wasted_device_s = view.summary.wasted_device_s;
  if (flops.is_number()) { run.flops = flops.get<double>(); }
  run.sweeps = view.sweeps;
  return run;
}

Json list_of(const std::vector<RunView>& runs) {
  auto list = Json::array();
  for (const RunView& view : runs) { list.push_back(run_json(view)); }
  return list;
}

/// Everything, made of the views that are told anyway.
Json whole_status(const db::Store& store, const std::optional<std::string>& sweep) {
  const std::vector<RunView> runs = views(store, sweep);
  std::vector<Counted> all;
  for (const RunView& view : runs) { all.push_back(counted_of(view)); }
  Json json = totals(store, sweep, all);
  json["runs"] = list_of(runs);
  return json;
}

/// When the newest report of all runs came; null before the first.
Json newest_word(const std::vector<Counted>& runs) {
  db::Time newest = 0;
  for (const Counted& run : runs) { newest = std::max(newest, run.reported_at); }
  return newest > 0 ? Json(newest) : Json();
}

Json totals_of_page(const db::Store& store, const std::optional<std::string>& sweep) {
  const std::vector<Counted> runs = counted(store, sweep);
  Json json = totals(store, sweep, runs);
  json["reported_at"] = newest_word(runs);
  return json;
}

/// Totals of all, and views of the runs of the page alone.
Json status_page(const db::Store& store, const std::optional<std::string>& sweep,
                 const RunPage& asked, const KeepTotals& keep) {
  const db::Store::Moment moment = store.moment();
  const int64_t most = asked.limit.value_or(std::numeric_limits<int64_t>::max() - 1);
  const auto make = [&] { return totals_of_page(store, sweep); };
  Json json = keep ? keep(make) : make();
  auto ids = store.ids_of({sweep, asked.after, most + 1, asked.state});
  const bool more = std::ssize(ids) > most;
  if (more) { ids.resize(static_cast<size_t>(most)); }
  json["runs"] = list_of(views_with(store, ids, sweep));
  if (asked.limit) { json["next"] = more && !ids.empty() ? Json(ids.back()) : Json(); }
  return json;
}

}  // namespace

Json status(const db::Store& store, const std::optional<std::string>& sweep, const Json& controller,
            const RunPage& asked, const KeepTotals& keep) {
  const bool paged = asked.limit || !asked.after.empty() || asked.state;
  Json content = paged ? status_page(store, sweep, asked, keep) : whole_status(store, sweep);
  Json json = {{"controller", controller}};
  for (auto& [key, value] : content.get_ref<Json::object_t&>()) { json[key] = std::move(value); }
  return json;
}

Json status_of_runs(const db::Store& store, const std::vector<std::string>& ids) {
  const db::Store::Moment moment = store.moment();
  return {{"runs", list_of(views_with(store, ids))}};
}

}  // namespace enigma::documents

namespace enigma {

nlohmann::ordered_json status_of_sweep(const std::filesystem::path& store, const std::string& sweep,
                                       const nlohmann::ordered_json& controller) {
  return documents::status(db::Store::open_read_only(store / "runs.db"), sweep, controller);
}

}  // namespace enigma
