#include "orchestrator/documents/status.h"

#include "sweeps/spec.h"

#include <algorithm>
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

/// The part of a list of runs that is asked for, in their order.
class Page {
 public:
  explicit Page(const RunPage& asked) : asked_(asked), begun_(asked.after.empty()) {}

  /// Whether the next run of the list belongs to it.
  bool takes(const std::string& run) {
    if (!begun_) {
      begun_ = run == asked_.after;
      return false;
    }
    if (asked_.limit && taken_ >= *asked_.limit) {
      more_ = true;
      return false;
    }
    ++taken_;
    last_ = run;
    return true;
  }
  /// The run after which the next page begins; null: this was the last one.
  Json next() const { return more_ && !last_.empty() ? Json(last_) : Json(); }

 private:
  const RunPage& asked_;
  bool begun_, more_ = false;
  int64_t taken_ = 0;
  std::string last_;
};

double share_done(const RunView& view) {
  if (view.run.state == db::State::done || view.run.target_step <= 0) { return 1; }
  return static_cast<double>(view.summary.step.value_or(0)) /
         static_cast<double>(view.run.target_step);
}

/// FLOPs left over FLOPs per second: what runs now, each at its own pace where it has said one,
/// else at the pace of all that the sweep has measured so far. Nothing while nothing runs, or
/// nothing was measured, or some FLOPs are unknown.
std::optional<double> sweep_eta_s(const std::vector<const RunView*>& runs) {
  double left = 0, done = 0, done_s = 0, rate = 0;
  int64_t unmeasured = 0;
  for (const RunView* view : runs) {
    const db::State state = view->run.state;
    if (state == db::State::failed || state == db::State::cancelled || state == db::State::held) {
      continue;
    }
    const Json flops = member(view->plan, "flops");
    if (!flops.is_number()) { return std::nullopt; }
    const double spent = flops.get<double>() * share_done(*view);
    const double wall_s = view->summary.wall_s;
    left += flops.get<double>() - spent;
    const bool measured = view->summary.step && spent > 0 && wall_s > 0;
    if (measured) {
      done += spent;
      done_s += wall_s;
    }
    if (state != db::State::running) { continue; }
    if (measured) {
      rate += spent / wall_s;
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

  void add(const RunView& view, std::optional<double> usd_per_hour) {
    device_s += view.summary.device_s;
    wasted_s += view.summary.wasted_device_s;
    if (usd_per_hour) { usd = usd.value_or(0) + *usd_per_hour * view.summary.device_s / 3600; }
  }
  Json json() const {
    return {{"device_hours", device_s / 3600},
            {"usd", or_null(usd)},
            {"wasted_device_hours", wasted_s / 3600}};
  }
};

Json counts_json(const std::vector<const RunView*>& runs) {
  Json json = Json::object();
  for (const db::State state : {db::State::waiting, db::State::running, db::State::held,
                                db::State::done, db::State::failed, db::State::cancelled}) {
    json[std::string(db::name_of(state))] = std::count_if(
        runs.begin(), runs.end(), [&](const RunView* view) { return view->run.state == state; });
  }
  return json;
}

/// One entry of `sweeps`, of the runs that are its members.
Json sweep_json(const db::SweepRow& row, const std::vector<const RunView*>& members,
                std::optional<double> usd_per_hour) {
  Spend spend;
  for (const RunView* view : members) { spend.add(*view, usd_per_hour); }
  return {{"name", row.name},
          {"points", row.points},
          {"counts", counts_json(members)},
          {"spend", spend.json()},
          {"eta_s", or_null(sweep_eta_s(members))}};
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

std::optional<double> usd_per_device_hour(const db::SweepRow& sweep) {
  const auto spec = sweeps::parse_spec(sweep.spec, sweep.name);
  return spec.ok() ? spec.value->usd_per_device_hour : std::nullopt;
}

Json status(const db::Store& store, const std::optional<std::string>& sweep, const Json& controller,
            const RunPage& asked) {
  const std::vector<RunView> runs = views(store, sweep);
  std::map<std::string, std::vector<const RunView*>> members;
  std::vector<const RunView*> all;
  for (const RunView& view : runs) {
    all.push_back(&view);
    for (const std::string& name : view.sweeps) { members[name].push_back(&view); }
  }
  auto sweeps = Json::array();
  std::map<std::string, std::optional<double>> rates;
  for (const db::SweepRow& row : store.sweeps()) {
    rates[row.name] = usd_per_device_hour(row);
    if (sweep && row.name != *sweep) { continue; }
    sweeps.push_back(sweep_json(row, members[row.name], rates[row.name]));
  }
  Spend total;
  Page page(asked);
  auto list = Json::array();
  for (const RunView& view : runs) {
    // A run of several sweeps is paid once, at the rate of the first that names one.
    std::optional<double> rate;
    for (const std::string& name : view.sweeps) {
      if (!rate) { rate = rates[name]; }
    }
    total.add(view, rate);
    if (page.takes(view.run.id)) { list.push_back(run_json(view)); }
  }
  Json json = {{"controller", controller},
               {"counts", counts_json(all)},
               {"spend", total.json()},
               {"sweeps", std::move(sweeps)},
               {"runs", std::move(list)}};
  if (asked.limit) { json["next"] = page.next(); }
  return json;
}

Json status_of_runs(const db::Store& store, const std::vector<std::string>& ids) {
  const db::Store::Moment moment = store.moment();
  auto list = Json::array();
  for (const std::string& id : ids) {
    if (const auto known = view(store, id)) { list.push_back(run_json(*known)); }
  }
  return {{"runs", std::move(list)}};
}

}  // namespace enigma::documents

namespace enigma {

nlohmann::ordered_json status_of_sweep(const std::filesystem::path& store, const std::string& sweep,
                                       const nlohmann::ordered_json& controller) {
  return documents::status(db::Store::open_read_only(store / "runs.db"), sweep, controller);
}

}  // namespace enigma
