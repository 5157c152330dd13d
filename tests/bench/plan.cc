// What a large sweep costs before anything runs: 100,000 points from text to plan, and 10,000 that
// the store has already submitted again.
//   enigma_bench_plan DATA FOLDER     recordings of two sessions at least; a folder for the store
// Prints NAME VALUE lines; seconds are medians of five.
#include "db/store.h"
#include "orchestrator/submit/submission.h"
#include "sweeps/family.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <time.h>
#include <vector>

namespace {

using namespace enigma;
namespace fs = std::filesystem;

constexpr int kRounds = 5;

/// Five sizes x two sets x budgets x learning rates x seeds, with a derived value and a filter.
std::string spec_of(const std::string& name, int rates, int seeds) {
  nlohmann::ordered_json spec = {
      {"version", 1},
      {"name", name},
      {"session_sets", {{"one", {{"first", 1}}}, {"two", {{"first", 2}}}}},
      {"evaluation", {{"sessions", "one"}, {"strategies", {"causal_response_25"}}}},
      {"defaults", {{"train", {{"windows_per_lane", 2}, {"epsilon", 1e-9}}}}},
      {"axes",
       {{"data.sessions", {"one", "two"}},
        {"budget.flops", {{"geom", {{"from", 1e13}, {"to", 1e15}, {"per_decade", 10}}}}}}},
      {"derive", {{"train.session_lr", "4 * train.shared_lr"}}},
      {"where", {"train.lanes <= data.session_count", "budget.flops < 9e14"}}};
  auto& axes = spec["axes"];
  for (int i = 1; i <= rates; ++i) { axes["train.shared_lr"].push_back(1e-4 * i); }
  for (int i = 1; i <= 5; ++i) {
    axes["model.size"].push_back({{"width", 16 * i}, {"layers", 1}, {"heads", 1}});
  }
  for (int i = 0; i < seeds; ++i) { spec["seeds"].push_back(i); }
  return spec.dump();
}

double clock_s(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// Prints the medians of what `work` takes: of the processor, which neighbours on a shared machine
/// do not lengthen, and of the clock.
void time_of(const char* name, const std::function<void()>& work) {
  std::vector<double> processor, clock;
  for (int round = 0; round < kRounds; ++round) {
    const double used = clock_s(CLOCK_PROCESS_CPUTIME_ID), from = clock_s(CLOCK_MONOTONIC);
    work();
    processor.push_back(clock_s(CLOCK_PROCESS_CPUTIME_ID) - used);
    clock.push_back(clock_s(CLOCK_MONOTONIC) - from);
  }
  for (auto* times : {&processor, &clock}) {
    std::sort(times->begin(), times->end());
    std::printf("%s_%s %.4f\n", name, times == &clock ? "wall_s" : "s", times->at(kRounds / 2));
  }
}

[[noreturn]] void give_up(const std::vector<Diagnostic>& diagnostics) {
  for (const Diagnostic& one : diagnostics) { std::fprintf(stderr, "%s\n", to_text(one).c_str()); }
  std::exit(1);
}

void plan_many(const fs::path& data) {
  const std::string text = spec_of("many", 50, 10);
  auto spec = sweeps::parse_spec(text, "many.json");
  if (!spec.ok()) { give_up(spec.diagnostics); }
  const auto manifest = sweeps::family_named(spec.value->family).inspect(*spec.value, data, {});
  size_t points = 0;
  time_of("plan", [&] {
    const auto parsed = sweeps::parse_spec(text, "many.json");
    const auto plan = sweeps::make_plan(*parsed.value, manifest, {});
    if (!plan.ok()) { give_up(plan.diagnostics); }
    points = plan.value->points.size();
  });
  std::printf("points %zu\n", points);
}

/// A submission as a controller takes it: planned against the store, then added.
size_t submit(db::Store& store, const SweepRequest& request, const fs::path& folder) {
  const auto planned = plan_sweep(request, &store, folder);
  if (!planned.ok()) { give_up(planned.diagnostics); }
  return store
      .submit_sweep(planned.value->plan.sweep, request.text, rows_of(*planned.value, request, ""),
                    1)
      .size();
}

void submit_again(const fs::path& data, const fs::path& folder) {
  SweepRequest request{
      spec_of("again", 50, 1), "again.json", data.string(), "", "/bin/true", {}, {}};
  db::Store store = db::Store::open(folder / "runs.db");
  const size_t added = submit(store, request, folder);
  const int64_t written = store.rows_written();
  size_t more = 0;
  time_of("again", [&] { more += submit(store, request, folder); });
  std::printf("submitted %zu\nadded_again %zu\n", added, more);
  std::printf("rows_written_again %lld\n", static_cast<long long>(store.rows_written() - written));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: enigma_bench_plan DATA FOLDER\n");
    return 2;
  }
  plan_many(argv[1]);
  submit_again(argv[1], argv[2]);
  return 0;
}
