// A store of many sweeps whose runs have ended, written through the store's own functions:
//   enigma_many_runs STORE SWEEPS RUNS [METRICS]
// SWEEPS × RUNS runs, each with eight reports of METRICS values (default 24); the first four runs
// of the last sweep have 2,000. Losses follow a law, so that one can be fitted. The same every
// time.
#include "db/store.h"
#include "worker/protocol/report.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace {

using namespace enigma;
using nlohmann::ordered_json;

constexpr int64_t kSizes = 6, kSeeds = 5, kBudgets = 8, kReports = 8, kReportsLong = 2000,
                  kLongRuns = 4;
constexpr double kBegin_s = 1.79e9;

struct Amount {
  int64_t sweeps = 0, runs = 0, metrics = 24;
};

/// One point of a grid of sizes, budgets and seeds.
struct Point {
  int64_t sweep = 0, place = 0, reports = kReports;

  int64_t size() const { return place % kSizes; }
  int64_t budget() const { return place / kSizes / kSeeds % kBudgets; }
  int64_t seed() const { return place / kSizes % kSeeds; }
  int64_t width() const { return 32LL << size(); }
  double parameters() const {
    return 24.0 * static_cast<double>(width()) * static_cast<double>(width());
  }
  double flops() const { return 1e15 * std::pow(10, 0.5 * static_cast<double>(budget())); }
  int64_t windows() const { return std::llround(flops() / (6e3 * parameters())) + 1000; }
  std::string id() const {  // the factor is odd: none occurs twice
    return fmt::format("{:016x}",
                       static_cast<uint64_t>(sweep * 100'000 + place + 1) * 0x9E3779B97F4A7C15U);
  }

  /// Between -1 and 1, another one for each `what`.
  double noise(int64_t what) const {
    const uint64_t mixed = (static_cast<uint64_t>(sweep) * 73856093U) ^
                           (static_cast<uint64_t>(place) * 19349663U) ^
                           (static_cast<uint64_t>(what) * 83492791U);
    return static_cast<double>(mixed * 6364136223846793005U >> 40U) / 8388608.0 - 1;
  }
  double loss(double share) const {
    const double seen = 1 + share * static_cast<double>(windows());
    return (0.55 + 12 * std::pow(parameters(), -0.32) + 3 * std::pow(seen, -0.3)) *
           (1 + 0.002 * noise(1));
  }
  /// One in forty has failed, one in sixty was cancelled.
  db::State state() const {
    if (place % 40 == 17) { return db::State::failed; }
    return place % 60 == 23 ? db::State::cancelled : db::State::done;
  }
};

std::string sweep_name(int64_t sweep) {
  return fmt::format("sweep-{:02d}", sweep);
}

std::string spec_of(int64_t sweep) {
  const ordered_json spec = {
      {"version", 1},
      {"name", sweep_name(sweep)},
      {"session_sets", {{"all", {{"first", 24}}}}},
      {"evaluation", {{"sessions", "all"}, {"strategies", {"causal_response_25", "video_only"}}}},
      {"defaults", {{"model", {{"size", "1M"}}}, {"data", {{"sessions", "all"}}}}},
      {"axes", {{"budget.flops", {1e15, 1e16}}}},
      {"ceilings", {{"usd_per_device_hour", 2}}}};
  return spec.dump(2);
}

db::NewPoint new_point(const Point& point) {
  auto sessions = ordered_json::array();
  for (int k = 0; k < 24; ++k) {
    sessions.push_back(fmt::format("animal-{:02d}/session-{:02d}", k / 4, k));
  }
  const ordered_json size = {{"width", point.width()}, {"layers", 2}, {"heads", 2}};
  const ordered_json values = {
      {"model.size", size}, {"data.sessions", "all"}, {"budget.flops", point.flops()}};
  const ordered_json plan = {
      {"id", point.id()},
      {"name", fmt::format("point {}", point.place)},
      {"values", values},
      {"seed", point.seed()},
      {"family", "brain"},
      {"size", size},
      {"params", {{"shared", point.parameters()}, {"session", 40000}}},
      {"data", {{"subset", "all"}, {"sessions", sessions}, {"windows_unique", 90000}}},
      {"budget_flops", point.flops()},
      {"flops", point.flops()},
      {"neuron_seconds", 1e6},
      {"device_hours", point.flops() / 1e15}};
  db::NewPoint row;
  row.id = point.id();
  row.point = ordered_json{{"seed", point.seed()}, {"budget", {{"flops", point.flops()}}}}.dump();
  row.point_file = row.placement = "{}";
  row.name = fmt::format("point {}", point.place);
  row.values = values.dump();
  row.plan = plan.dump();
  row.target_step = point.reports * 100;
  return row;
}

db::Attempt attempt_of(const Point& point) {
  db::Attempt attempt;
  attempt.token = point.id() + ".0";
  attempt.executor = "local";
  attempt.number = 1;
  attempt.submitted_at = kBegin_s + 60 * static_cast<double>(point.place);
  attempt.launched_at = attempt.started_at = attempt.submitted_at + 1;
  attempt.identity = protocol::Identity{1000 + point.place, 0, 0, 1};
  attempt.devices = {"NVIDIA H100 80GB HBM3"};
  attempt.nodes = {fmt::format("node-{:02d}", point.place % 8)};
  attempt.first_step = 1;
  return attempt;
}

protocol::Metrics metrics_of(const Point& point, int64_t report, int64_t count) {
  const double share = static_cast<double>(report) / static_cast<double>(point.reports);
  protocol::Metrics metrics;
  metrics.step = report * 100;
  metrics.windows = std::llround(share * static_cast<double>(point.windows()));
  metrics.flops = share * point.flops();
  const double rough = 1 + 0.01 * point.noise(report);
  metrics.values = {{"train_loss", point.loss(share) * rough},
                    {"learning_rate", 1e-3 * (1 - share)},
                    {"grad_norm", 0.3 + 0.1 * point.noise(report)},
                    {"mfu_step", 0.4 + 0.02 * point.noise(report)},
                    {"step_s", 2.0},
                    {"data_wait_s", 0.05},
                    {"windows_per_s", 900 * rough}};
  for (int64_t k = std::ssize(metrics.values); k < count; ++k) {
    metrics.values[fmt::format("layer_{:03d}_norm", k)] = 1 + 0.1 * point.noise(report * 1000 + k);
  }
  return metrics;
}

/// Everything that its worker has said, and how it ended.
db::Delivery delivery_of(const Point& point, db::Run run, int64_t metrics) {
  db::Delivery delivery;
  db::Attempt& attempt = run.attempts.back();
  const double begun = *attempt.started_at;
  const auto say = [&](double at, protocol::Body body) {
    const auto seq = std::ssize(delivery.reports) + 1;
    delivery.reports.push_back({run.id, *attempt.identity, seq, at, std::move(body)});
    attempt.seq = seq;
    attempt.progress.said_at = attempt.progress.reported_at = at;
  };
  const auto told = point.state() == db::State::done ? point.reports : point.reports / 2;
  for (int64_t report = 1; report <= told; ++report) {
    say(begun + 20 * static_cast<double>(report), metrics_of(point, report, metrics));
  }
  attempt.progress.step = told * 100;
  attempt.progress.flops =
      point.flops() * static_cast<double>(told) / static_cast<double>(point.reports);
  if (point.state() == db::State::done) {
    const double at = attempt.progress.said_at;
    for (const char* strategy : {"causal_response_25", "video_only"}) {
      say(at, protocol::Eval{told * 100, strategy, "test", point.loss(1), 1.4, 0.3, 0.01, 800});
    }
    attempt.progress.evaluated_step = told * 100;
  }
  delivery.run = std::move(run);
  delivery.token = attempt.token;
  return delivery;
}

void end(db::Delivery& delivery, const Point& point) {
  db::Run& run = delivery.run;
  db::Attempt& attempt = run.attempts.back();
  attempt.ended_at = attempt.progress.said_at + 1;
  attempt.gone = true;
  attempt.ending = db::Ending{std::nullopt, "exit_file", "exit code 0", 0, *attempt.ended_at};
  run.state = point.state();
  run.settled = true;
  if (run.state == db::State::failed) {
    attempt.ending->failure_class = protocol::FailureClass::gpu_memory;
    attempt.ending->exit_code = 72;
    run.why = "gpu_memory: CUDA out of memory";
  }
  if (run.state == db::State::cancelled) {
    run.wanted = db::Wanted::cancel;
    run.why = "cancelled as asked";
  }
  delivery.events = {{0, *attempt.ended_at, run.id, "ended", "attempt 1 ended"}};
}

void write_sweep(db::Store& store, int64_t sweep, const Amount& amount) {
  std::vector<Point> points;
  std::vector<db::NewPoint> rows;
  for (int64_t place = 0; place < amount.runs; ++place) {
    const bool is_long = sweep + 1 == amount.sweeps && place < kLongRuns;
    points.push_back({sweep, place, is_long ? kReportsLong : kReports});
    rows.push_back(new_point(points.back()));
  }
  const double at = kBegin_s + static_cast<double>(sweep);
  store.submit_sweep(sweep_name(sweep), spec_of(sweep), rows, at);
  std::vector<db::Run> runs = store.runs_of(sweep_name(sweep));
  for (size_t k = 0; k < runs.size(); ++k) { runs[k].attempts.push_back(attempt_of(points[k])); }
  store.save(runs, {});
  for (size_t k = 0; k < runs.size(); ++k) {
    db::Delivery delivery = delivery_of(points[k], std::move(runs[k]), amount.metrics);
    end(delivery, points[k]);
    if (!store.commit(delivery)) { throw std::runtime_error("a report was not taken"); }
  }
}

}  // namespace

int main(int count, char** words) {
  if (count < 4) {
    std::fprintf(stderr, "enigma_many_runs STORE SWEEPS RUNS [METRICS]\n");
    return 2;
  }
  Amount amount{std::atoll(words[2]), std::atoll(words[3])};
  if (count > 4) { amount.metrics = std::atoll(words[4]); }
  std::filesystem::create_directories(words[1]);
  db::Store store = db::Store::open(std::filesystem::path(words[1]) / "runs.db");
  for (int64_t sweep = 0; sweep < amount.sweeps; ++sweep) { write_sweep(store, sweep, amount); }
  return 0;
}
