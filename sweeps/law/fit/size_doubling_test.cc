#include "sweeps/law/fit/size_doubling.h"

#include "sweeps/law/fit/synthetic.h"
#include "sweeps/law/report/fit_document.h"
#include "sweeps/law/report/prediction.h"

#include <doctest/doctest.h>

#include <functional>

using namespace enigma;
using namespace enigma::law;

namespace {

// Under sanitizers a fit takes ten times as long.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr unsigned kDraws = 8;
#else
constexpr unsigned kDraws = 40;
#endif
#else
constexpr unsigned kDraws = 40;
#endif
constexpr int kMostDraws = kDraws * 17 / 20;

using Loss = std::function<double(double n, double d)>;

/// Rows on a grid of sizes and data (or of FLOPs, where `budgets`), each as often as `seeds`.
MappedTable drawn(const Loss& loss, const std::vector<double>& sizes,
                  const std::vector<double>& along, double sd, unsigned seed, int seeds = 1,
                  bool budgets = false) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> noise(0, sd);
  MappedTable mapped;
  mapped.table.axes.insert({'N', 'D'});
  if (budgets) { mapped.table.axes.insert('C'); }
  for (int k = 0; k < seeds; ++k) {
    for (const double n : sizes) {
      for (const double x : along) {
        const double d = budgets ? x / (6 * n) : x;
        mapped.table.rows.push_back({.id = std::to_string(mapped.table.rows.size()),
                                     .n = n,
                                     .d = d,
                                     .c = budgets ? x : NAN,
                                     .loss = loss(n, d) * std::exp(noise(engine))});
      }
    }
  }
  return mapped;
}

FitOptions alone(const std::string& form = "chinchilla") {
  FitOptions options;
  options.form = form;
  options.starts = 24;
  options.threads = 2;
  options.bootstrap = {Resampling::none, 0};
  return options;
}

int limited(const std::function<MappedTable(unsigned)>& table, unsigned draws = kDraws) {
  int count = 0;
  for (unsigned seed = 1; seed <= draws; ++seed) {
    const Fit fit = fit_table(table(seed), alone(), {});
    count += fit.verdict.code == VerdictCode::data_limited ? 1 : 0;
    CHECK((fit.verdict.code == VerdictCode::ok || fit.optimum.empty()));
  }
  return count;
}

double chinchilla(double n, double d) {
  return 1.69 + 406.4 * std::pow(n, -0.34) + 410.7 * std::pow(d, -0.28);
}

}  // namespace

TEST_CASE(
    "size doubling: noise alone is never data-limited, and the sentence says what would tell") {
  const Loss three = [](double, double) { return 3; };
  for (const double sd : {0.001, 0.003, 0.02}) {
    CAPTURE(sd);
    CHECK(limited([&](unsigned seed) {
            return drawn(three, log_grid(3e7, 1e10, 4), log_grid(5e8, 3e11, 5), sd, seed);
          }) == 0);
    CHECK(limited([&](unsigned seed) {
            return drawn(three, log_grid(3e7, 1e10, 5), log_grid(1e18, 1e20, 3), sd, seed, 2, true);
          }) == 0);
  }
  const Fit fit = fit_table(drawn(three, log_grid(3e7, 1e10, 4), log_grid(5e8, 3e11, 5), 0.003, 1),
                            alone(), {});
  CHECK(fit.verdict.code == VerdictCode::undetermined);
  CHECK(fit.verdict.sentence.find("would tell") != std::string::npos);
}

TEST_CASE("size doubling: a corner of a sweep is never data-limited") {
  for (const double sd : {0.001, 0.003, 0.01}) {
    CAPTURE(sd);
    CHECK(limited([&](unsigned seed) {
            return drawn(chinchilla, log_grid(3e7, 1e8, 3), log_grid(5e8, 2e9, 3), sd, seed);
          }) == 0);
    CHECK(limited([&](unsigned seed) {
            return drawn(chinchilla, log_grid(3e9, 1e10, 2), log_grid(5e8, 2e9, 4), sd, seed);
          }) == 0);
    // Sizes too large for their budgets: the larger the worse, and not for want of data.
    CHECK(limited([&](unsigned seed) {
            return drawn(chinchilla, log_grid(1e9, 1e10, 3), log_grid(1e18, 4e18, 2), sd, seed, 2,
                         true);
          }) == 0);
  }
}

TEST_CASE("size doubling: 3 % a doubling of the size at 0.3 % noise is never data-limited") {
  const Loss size_helps = [](double n, double) { return 3 * std::pow(0.97, std::log2(n / 1e7)); };
  for (const int seeds : {1, 3}) {
    CHECK(limited([&](unsigned seed) {
            return drawn(size_helps, {1e7, 2e7, 4e7}, {1e9, 2e9, 4e9}, 0.003, seed, seeds);
          }) == 0);
    CHECK(limited([&](unsigned seed) {
            return drawn(size_helps, {1e7, 2e7, 4e7, 8e7}, {1e18, 4e18, 1.6e19}, 0.003, seed, seeds,
                         true);
          }) == 0);
  }
}

TEST_CASE("size doubling: where data help and size does not, that is told") {
  const Loss data_alone = [](double, double d) { return 1.69 + 410.7 * std::pow(d, -0.28); };
  const auto told = [&](int seeds, bool budgets) {
    const auto along = budgets ? log_grid(1e17, 1e21, 5) : log_grid(5e8, 3e11, 6);
    return limited([&](unsigned seed) {
      return drawn(data_alone, log_grid(3e7, 1e10, 6), along, 0.003, seed, seeds, budgets);
    });
  };
  CHECK(told(1, false) >= kMostDraws);
  CHECK(told(3, false) >= kMostDraws);
  CHECK(told(1, true) >= kMostDraws);
  CHECK(told(3, true) >= kMostDraws);
  const Fit fit = fit_table(
      drawn(data_alone, log_grid(3e7, 1e10, 6), log_grid(5e8, 3e11, 6), 0.003, 2, 3), alone(), {});
  CHECK(fit.verdict.sentence.starts_with("Data-limited"));
  CHECK(fit.verdict.sentence.find("noise from seeds") != std::string::npos);
  CHECK(to_json(fit, std::nullopt)["size_doubling"]["noise"] == "seeds");
}

TEST_CASE("size doubling: a loss that rises with size and budget is data-limited, by every form") {
  const Loss rising = [](double n, double d) { return 3 + 0.01 * std::log(n * d); };
  const MappedTable mapped =
      drawn(rising, log_grid(3e7, 1e10, 10), log_grid(5e8, 3e11, 6), 0.001, 1);
  for (const char* form : {"chinchilla", "tied", "kaplan"}) {
    CAPTURE(form);
    CHECK(fit_table(mapped, alone(form), {}).verdict.code == VerdictCode::data_limited);
  }
}

TEST_CASE("size doubling: what is material is asked for, and the interval holds the truth") {
  const auto truth = [](double n) { return chinchilla(2 * n, 3e11) / chinchilla(n, 3e11) - 1; };
  int held = 0;
  for (unsigned seed = 1; seed <= kDraws; ++seed) {
    const auto rows = in_canonical_order(
        drawn(chinchilla, log_grid(3e7, 1e10, 6), log_grid(5e8, 3e11, 5), 0.003, seed).table.rows);
    const auto found = size_doubling(rows, {}, 0.95, 1);
    REQUIRE(found);
    REQUIRE(found->low);
    CHECK(found->n == doctest::Approx(1e10));
    held += *found->low <= truth(found->n) && truth(found->n) <= *found->high ? 1 : 0;
    CHECK_FALSE(excludes_improvement(*found, 0.002));
    CHECK(excludes_improvement(*found, 0.5));
  }
  CHECK(held >= kMostDraws);
}
