#include "orchestrator/documents/export.h"

#include "orchestrator/documents/status.h"
#include "orchestrator/documents/totals.h"

namespace enigma::documents {
namespace {

/// The part of a planned total that the steps done amount to.
Json seen(const RunView& view, const Json& planned) {
  if (!planned.is_number() || !view.summary.step || view.run.target_step <= 0) { return nullptr; }
  return planned.get<double>() * static_cast<double>(*view.summary.step) /
         static_cast<double>(view.run.target_step);
}

Json row_of(const RunView& view, const std::string& sweep, std::optional<double> usd_per_hour) {
  const Json status = run_json(view);
  const Json data = member(view.plan, "data");
  const Json params = member(view.plan, "params");
  const Json hours = status["device_hours"];
  const bool priced = usd_per_hour && hours.is_number();
  const Json sessions = member(data, "sessions");
  Json row = {{"run", view.run.id},
              {"sweep", sweep},
              {"state", status["state"]},
              {"family", member(view.plan, "family")},
              {"size", size_name(member(view.plan, "size"))},
              {"subset", member(data, "subset")},
              {"n_sessions", sessions.is_array() ? Json(sessions.size()) : Json()},
              {"seed", member(view.plan, "seed")},
              {"params_shared", member(params, "shared")},
              {"params_session", member(params, "session")},
              {"windows", or_null(view.summary.windows)},
              {"windows_unique", member(data, "windows_unique")},
              {"neuron_seconds", seen(view, member(view.plan, "neuron_seconds"))},
              {"neuron_seconds_unique", member(data, "neuron_seconds")},
              {"flops", or_null(view.summary.flops)},
              {"train_loss", status["train_loss"]},
              {"test_loss", status["test_loss"]},
              {"baseline_loss", status["baseline_loss"]},
              {"irreducible_loss", member(data, "irreducible_loss")},
              {"test_correlation", status["test_correlation"]},
              {"mfu_run", status["mfu_run"]},
              {"device_hours", hours},
              {"usd", priced ? Json(hours.get<double>() * *usd_per_hour) : Json()},
              {"attempts", view.run.attempts.size()},
              {"trunk", nullptr}};
  for (const auto& [axis, value] : view.values.items()) {
    row[axis] = axis == "model.size"    ? size_name(value)
                : value.is_structured() ? Json(value.dump())
                                        : value;
  }
  return row;
}

}  // namespace

Json export_rows(const db::Store& store, const std::string& sweep) {
  const auto known = store.sweep(sweep);
  const auto rate = known ? usd_per_device_hour(*known) : std::nullopt;
  auto rows = Json::array();
  for (const RunView& view : views(store, sweep)) { rows.push_back(row_of(view, sweep, rate)); }
  return rows;
}

}  // namespace enigma::documents
