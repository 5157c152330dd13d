// Method: a table of a known law, fitted as `fit` fits it; runs are believed in where they were
// made.
#include "sweeps/law/design/question.h"

#include "sweeps/law/design/choice.h"
#include "sweeps/law/fit/synthetic.h"

#include <doctest/doctest.h>

#include <cmath>

namespace enigma::law {
namespace {

struct Asking {
  FitOptions options;
  Fit fit;

  /// Every fourth run missed by `miss`, relative.
  explicit Asking(double miss = 0) {
    options.starts = 16;
    options.bootstrap = {Resampling::by_case, 200};
    MappedTable mapped = synthetic({.sd = 0.01}, log_grid(1e7, 1e9, 5), log_grid(1e9, 1e11, 5));
    for (size_t k = 0; k < mapped.table.rows.size(); k += 4) {
      mapped.table.rows[k].loss *= k % 8 == 0 ? 1 + miss : 1 - miss;
    }
    fit = fit_table(mapped, options, Cost{});
    REQUIRE(has_optimum(fit));
  }
  /// Runs from much cheaper to ten times dearer than the dearest one that there is.
  std::vector<Row> candidates() const {
    std::vector<Row> rows = fit.rows;
    for (const double n : {1e8, 1e9, 3e9}) {
      Row row;
      row.n = n;
      row.d = 1e21 / n;
      row.c = 6e21;
      row.loss = 1;
      rows.push_back(row);
    }
    return rows;
  }
};

TEST_CASE("question: the interval of the loss is about as wide as that of the refits, at least") {
  const Asking asking;
  const Question question{Asked::loss, 1e22};
  const Beliefs beliefs = beliefs_about(question, asking.fit, asking.options, asking.candidates());
  const double variance = expected(beliefs, outlook_of(beliefs), Criterion::asked);
  const Interval answer = answer_of(question, beliefs, variance, 0.95);
  const OptimumAt refitted = optimum_at(asking.fit, 1e22);
  CHECK(*answer.low < *answer.value);
  const double width = *answer.high - *answer.low, refits = *refitted.high - *refitted.low;
  CHECK(width > 0.999 * refits);
  CHECK(width < 3 * refits);
  CHECK(std::abs(*answer.value / refitted.place.loss - 1) < 0.02);
}

TEST_CASE("question: where some rows miss the law by far, it is known no better than refits say") {
  const Asking asking(0.1);
  const Question question{Asked::loss, 1e22};
  const Beliefs beliefs = beliefs_about(question, asking.fit, asking.options, asking.candidates());
  const double variance = expected(beliefs, outlook_of(beliefs), Criterion::asked);
  const Interval answer = answer_of(question, beliefs, variance, 0.95);
  const OptimumAt refitted = optimum_at(asking.fit, 1e22);
  CHECK(*answer.high - *answer.low > 0.999 * (*refitted.high - *refitted.low));
}

TEST_CASE("question: runs narrow what they are chosen for more than what they are not") {
  const Asking asking;
  const auto rows = asking.candidates();
  for (const Asked asked : {Asked::loss, Asked::size}) {
    const Question question{asked, 1e22};
    const Beliefs beliefs = beliefs_about(question, asking.fit, asking.options, rows);
    const double now = expected(beliefs, outlook_of(beliefs), Criterion::asked);
    const std::vector<double> costs(rows.size(), 1);
    const Choice best = chosen(beliefs, one_by_one(costs), 4, Criterion::asked, 4);
    REQUIRE(best.candidates.size() == 4);
    CHECK(best.expected < now);
    Outlook cheap = outlook_of(beliefs);
    for (Eigen::Index k = 0; k < 4; ++k) { take(beliefs, k, cheap); }
    CHECK(best.expected < expected(beliefs, cheap, Criterion::asked));
    const Interval before = answer_of(question, beliefs, now, 0.95);
    const Interval after = answer_of(question, beliefs, best.expected, 0.95);
    CHECK(*before.low < *after.low);
    CHECK(*after.high < *before.high);
  }
}

}  // namespace
}  // namespace enigma::law
