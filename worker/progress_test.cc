#include "worker/progress.h"

#include "worker/device.h"

#include <doctest/doctest.h>

using namespace enigma::worker;

TEST_CASE("progress: the parts of an interval add up to its whole") {
  const Interval interval{.times = {.data_wait_s = 1,
                                    .forward_s = 2,
                                    .backward_s = 3,
                                    .communication_exposed_s = 0.25,
                                    .optimizer_s = 0.5,
                                    .checkpoint_s = 1,
                                    .evaluation_s = 2,
                                    .total_s = 10},
                          .steps = 4,
                          .windows = 32,
                          .flops = {7e9, 6e9, 8e9}};
  const auto metrics = metrics_of({.step = 9, .windows = 72, .flops = 1e10}, {.all = {.loss = 0.5}},
                                  interval, 1e10, 1e6);
  CHECK(metrics.step == 9);
  const auto& values = metrics.values;
  double parts = 0;
  for (const char* part : {"data_wait_s", "forward_s", "backward_s", "communication_exposed_s",
                           "optimizer_s", "checkpoint_s", "evaluation_s", "other_s"}) {
    parts += *values.at(part);
  }
  CHECK(parts == doctest::Approx(*values.at("step_s")));
  CHECK(*values.at("windows_per_s") == doctest::Approx(32.0 / 7));
  CHECK(*values.at("mfu_step") == doctest::Approx(0.1));
  CHECK(*values.at("mfu_step_masked") == doctest::Approx(6.0 / 70));
  CHECK(*values.at("hardware_utilisation") == doctest::Approx(8.0 / 70));
}

TEST_CASE("progress: on a device of unknown peak there is no utilisation, and its text says so") {
  const Device unknown = named_device("A card of ours", at::kFloat);
  CHECK(unknown.text.find("no peak of 'A card of ours' in float32") != std::string::npos);
  const Interval interval{.times = {.total_s = 1}, .steps = 1, .flops = {1, 1, 1}};
  const auto metrics = metrics_of({}, {}, interval, peak_of(unknown, 8), 1);
  for (const char* name : {"mfu_step", "mfu_step_masked", "hardware_utilisation"}) {
    CHECK_FALSE(metrics.values.at(name).has_value());
  }
  const Device known = named_device("NVIDIA H200", at::kBFloat16);
  CHECK(peak_of(known, 8) == 8 * 989e12);
  CHECK(known.text.find("data sheet") != std::string::npos);
}

TEST_CASE("progress: long runs are scored at each quarter, short ones only at the end") {
  int scored = 0;
  for (int64_t step = 1; step < 1000; ++step) { scored += evaluation_due(step, 1000, 8, 100); }
  CHECK(scored == 3);
  CHECK(evaluation_due(250, 1000, 8, 100));
  for (int64_t step = 1; step < 40; ++step) { CHECK_FALSE(evaluation_due(step, 40, 8, 100)); }
  CHECK_FALSE(evaluation_due(1, 3, 8, 1));
}
