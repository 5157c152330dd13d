#include "orchestrator/documents/open_metrics.h"

#include "orchestrator/decide/ceiling.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <vector>

namespace enigma::documents {
namespace {

/// `name="value"` pairs, in order.
using Labels = std::vector<std::pair<const char*, std::string>>;

/// Quote, backslash and newline of a label's value, escaped.
std::string escaped(const std::string& value) {
  std::string out;
  for (const char c : value) {
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '"' || c == '\\') { out += '\\'; }
      out += c;
    }
  }
  return out;
}

std::string text_of(const Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    text += fmt::format("{}{}=\"{}\"", text.empty() ? "" : ",", name, escaped(value));
  }
  return text.empty() ? "" : "{" + text + "}";
}

/// One metric with its samples.
class Gauge {
 public:
  Gauge(const char* name, const char* help) : name_(name), help_(help) {}
  void add(const Labels& labels, std::optional<double> value) {
    if (!value) { return; }
    samples_ += fmt::format("{}{} {}\n", name_, text_of(labels), *value);
  }
  std::string text() const {
    return fmt::format("# TYPE {0} gauge\n# HELP {0} {1}\n", name_, help_) + samples_;
  }

 private:
  std::string name_, help_, samples_;
};

std::string runs_by_state(const db::Store& store) {
  Gauge runs("enigma_runs", "Runs by state.");
  for (const auto& [state, count] : store.counts()) {
    runs.add({{"state", state}}, static_cast<double>(count));
  }
  Gauge of_sweeps("enigma_sweep_runs", "Runs by sweep and state.");
  for (const db::SweepRow& sweep : store.sweeps()) {
    for (const auto& [state, count] : store.counts(sweep.name)) {
      of_sweeps.add({{"sweep", sweep.name}, {"state", state}}, static_cast<double>(count));
    }
  }
  return runs.text() + of_sweeps.text();
}

struct Cost {
  double device_hours = 0, wasted = 0;
};

/// A run of several sweeps counts in each.
std::map<std::string, Cost> costs_of(const db::Store& store) {
  std::map<std::string, Cost> costs;
  const auto sweeps = store.sweeps_by_run();
  for (const db::SpentRow& spent : store.spent()) {
    const auto found = sweeps.find(spent.run);
    if (found == sweeps.end()) { continue; }
    for (const std::string& sweep : found->second) {
      costs[sweep].device_hours += spent.device_hours;
      costs[sweep].wasted += spent.wasted_device_hours;
    }
  }
  return costs;
}

std::string spend(const db::Store& store) {
  Gauge used("enigma_device_hours", "Device-hours that a sweep has used, lost work included.");
  Gauge wasted("enigma_wasted_device_hours", "Device-hours of steps that were taken back.");
  Gauge goodput("enigma_goodput_ratio", "Share of a sweep's device-hours that was not lost.");
  for (const auto& [sweep, cost] : costs_of(store)) {
    const Labels labels = {{"sweep", sweep}};
    used.add(labels, cost.device_hours);
    wasted.add(labels, cost.wasted);
    if (cost.device_hours > 0) { goodput.add(labels, 1 - cost.wasted / cost.device_hours); }
  }
  return used.text() + wasted.text() + goodput.text();
}

std::string ceilings(const db::Store& store) {
  Gauge most("enigma_ceiling_device_hours", "Device-hours that a sweep may use.");
  Gauge used("enigma_ceiling_used_ratio", "Share of a sweep's ceiling that is used.");
  for (const auto& account : decide::accounts_of(store.ceilings(), store.charges())) {
    const Labels labels = {{"sweep", account.ceiling.sweep}};
    most.add(labels, account.ceiling.device_hours);
    used.add(labels, account.used_device_hours / account.ceiling.device_hours);
  }
  return most.text() + used.text();
}

std::optional<double> number(std::optional<int64_t> value) {
  return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

std::string at_work(const db::Store& store) {
  Gauge step("enigma_run_step", "Step of a run at work.");
  Gauge target("enigma_run_target_steps", "Steps that a run at work is to take.");
  Gauge loss("enigma_run_train_loss", "Training loss of a run at work.");
  Gauge mfu("enigma_run_mfu_ratio", "Model FLOPs utilisation of a step of a run at work.");
  Gauge hours("enigma_run_device_hours", "Device-hours of a run at work, all attempts.");
  for (const db::Run& run : store.load()) {
    if (run.state != db::State::running) { continue; }
    const db::Summary summary = store.summary(run.id);
    const Labels labels = {{"run", run.id}};
    step.add(labels, number(summary.step));
    target.add(labels, static_cast<double>(run.target_step));
    loss.add(labels, summary.train_loss);
    mfu.add(labels, summary.mfu_step);
    hours.add(labels, summary.device_s / 3600);
  }
  return step.text() + target.text() + loss.text() + mfu.text() + hours.text();
}

}  // namespace

std::string open_metrics(const db::Store& store) {
  const db::Store::Moment moment = store.moment();
  return runs_by_state(store) + spend(store) + ceilings(store) + at_work(store) + "# EOF\n";
}

}  // namespace enigma::documents
