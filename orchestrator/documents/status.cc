#include "orchestrator/documents/status.h"

#include "sweeps/spec.h"

#include <algorithm>
#include <map>
#include <utility>

namespace enigma::documents {
namespace {

std::optional<double> device_hours(const RunView& view) {
  if (view.run.attempts.empty()) return 0.0;
  if (!view.summary.step) return std::nullopt;  // something ran, nothing was measured yet
  return view.summary.device_s / 3600;
}

/// Seconds until the target at the run's own pace; nothing while there is no pace.
std::optional<double> eta_s(const RunView& view) {
  if (view.run.state == db::State::done) return 0.0;
  const auto& step = view.summary.step;
  if (view.run.state != db::State::running || !step || *step <= 0 || view.summary.wall_s <= 0) {
    return std::nullopt;
  }
  const auto left = static_cast<double>(view.run.target_step - *step);
  return left * view.summary.wall_s / static_cast<double>(*step);
}

std::optional<double> mfu_run(const db::Summary& summary) {
  if (!summary.mfu_step || summary.wall_s <= 0) return std::nullopt;
  return summary.mfu_time_s / summary.wall_s;
}

/// What the MFU is a fraction of: the peak of the device that the worker named.
Json mfu_basis(const RunView& view) {
  if (!view.summary.mfu_step || view.run.attempts.empty()) return nullptr;
  const auto& devices = view.run.attempts.back().devices;
  return devices.empty() ? Json() : Json(devices.front());
}

Json attempt_number(const db::Run& run) {
  return run.attempts.empty() ? Json() : or_null(run.attempts.back().number);
}

double share_done(const RunView& view) {
  if (view.run.state == db::State::done || view.run.target_step <= 0) return 1;
  return static_cast<double>(view.summary.step.value_or(0)) /
         static_cast<double>(view.run.target_step);
}

/// FLOPs left over FLOPs per second of what runs now; nothing while nothing measured runs.
std::optional<double> sweep_eta_s(const std::vector<const RunView*>& runs) {
  double left = 0, rate = 0;
  for (const RunView* view : runs) {
    const db::State state = view->run.state;
    if (state != db::State::waiting && state != db::State::running) continue;
    const Json flops = member(view->plan, "flops");
    if (!flops.is_number()) return std::nullopt;
    left += flops.get<double>() * (1 - share_done(*view));
    if (state == db::State::running && view->summary.wall_s > 0) {
      rate += flops.get<double>() * share_done(*view) / view->summary.wall_s;
    }
  }
  if (left <= 0) return 0.0;
  return rate > 0 ? std::optional(left / rate) : std::nullopt;
}

struct Spend {
  double device_s = 0, wasted_s = 0;
  std::optional<double> usd;

  void add(const RunView& view, std::optional<double> usd_per_hour) {
    device_s += view.summary.device_s;
    wasted_s += view.summary.wasted_device_s;
    if (usd_per_hour) usd = usd.value_or(0) + *usd_per_hour * view.summary.device_s / 3600;
  }
  Json json() const {
    return {{"device_hours", device_s / 3600},
            {"usd", or_null(usd)},
            {"wasted_device_hours", wasted_s / 3600}};
  }
};

Json counts_json(const std::map<std::string, int64_t>& counts) {
  Json json = Json::object();
  for (const char* state : {"waiting", "running", "held", "done", "failed", "cancelled"}) {
    const auto found = counts.find(state);
    json[state] = found == counts.end() ? 0 : found->second;
  }
  return json;
}

}  // namespace

std::vector<RunView> views(const db::Store& store, const std::optional<std::string>& sweep) {
  std::map<std::string, RunView> known;
  for (const db::SweepRow& row : store.sweeps()) {
    for (const db::Membership& member : store.memberships(row.name)) {
      RunView& view = known[member.run];
      view.sweeps.push_back(row.name);
      if (!view.plan.is_null() && row.name != sweep) continue;
      view.values = parsed(member.values);
      view.plan = parsed(member.plan);
    }
  }
  std::vector<RunView> list;
  for (db::Run& run : sweep ? store.runs_of(*sweep) : store.runs()) {
    RunView view = std::move(known[run.id]);
    view.summary = store.summary(run.id);
    view.run = std::move(run);
    list.push_back(std::move(view));
  }
  return list;
}

std::optional<RunView> view(const db::Store& store, const std::string& run) {
  auto row = store.run(run);
  if (!row) return std::nullopt;
  RunView view;
  view.summary = store.summary(run);
  view.run = std::move(row->run);
  for (const db::Membership& member : row->memberships) {
    view.sweeps.push_back(member.sweep);
    if (!view.plan.is_null()) continue;
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
          {"eta_s", or_null(eta_s(view))}};
}

Json size_name(const Json& size) {
  if (!size.is_object()) return size;
  return member(size, "width").dump() + "x" + member(size, "layers").dump() + "x" +
         member(size, "heads").dump();
}

std::optional<double> usd_per_device_hour(const db::Store& store, const std::string& sweep) {
  const auto row = store.sweep(sweep);
  if (!row) return std::nullopt;
  const auto spec = sweeps::parse_spec(row->spec, sweep);
  return spec.ok() ? spec.value->usd_per_device_hour : std::nullopt;
}

Json status(const db::Store& store, const std::optional<std::string>& sweep,
            const Json& controller) {
  const std::vector<RunView> runs = views(store, sweep);
  Spend total;
  auto sweeps = Json::array();
  std::map<std::string, double> rates;
  for (const db::SweepRow& row : store.sweeps()) {
    const auto rate = usd_per_device_hour(store, row.name);
    if (rate) rates[row.name] = *rate;
    if (sweep && row.name != *sweep) continue;
    Spend spend;
    std::vector<const RunView*> members;
    for (const RunView& view : runs) {
      if (std::find(view.sweeps.begin(), view.sweeps.end(), row.name) == view.sweeps.end()) {
        continue;
      }
      members.push_back(&view);
      spend.add(view, rate);
    }
    sweeps.push_back({{"name", row.name},
                      {"points", row.points},
                      {"counts", counts_json(store.counts(row.name))},
                      {"spend", spend.json()},
                      {"eta_s", or_null(sweep_eta_s(members))}});
  }
  auto list = Json::array();
  for (const RunView& view : runs) {
    // A run of several sweeps is paid once, at the rate of the first that names one.
    std::optional<double> rate;
    for (const std::string& name : view.sweeps) {
      if (!rate && rates.contains(name)) rate = rates[name];
    }
    total.add(view, rate);
    list.push_back(run_json(view));
  }
  return {{"controller", controller},
          {"counts", counts_json(sweep ? store.counts(*sweep) : store.counts())},
          {"spend", total.json()},
          {"sweeps", std::move(sweeps)},
          {"runs", std::move(list)}};
}

}  // namespace enigma::documents

namespace enigma {

nlohmann::ordered_json status_of_sweep(const std::filesystem::path& store, const std::string& sweep,
                                       const nlohmann::ordered_json& controller) {
  return documents::status(db::Store::open_read_only(store / "runs.db"), sweep, controller);
}

}  // namespace enigma
