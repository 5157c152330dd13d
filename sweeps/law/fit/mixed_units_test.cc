// Tables in which some rows were written in another unit, and tables that only look like it.
#include "sweeps/law/fit/mixed_units.h"

#include "sweeps/law/appraisal/study.h"
#include "sweeps/law/fit/synthetic.h"

#include <doctest/doctest.h>

#include <numbers>

using namespace enigma;
using namespace enigma::law;

namespace {

MappedTable sixty() {
  MappedTable mapped = synthetic({.sd = 0.005}, log_grid(3e7, 1e10, 10), log_grid(5e8, 3e11, 6));
  for (Row& row : mapped.table.rows) { row.c = NAN; }
  return mapped;
}

std::string told(const MappedTable& mapped) {
  FitOptions options;
  options.starts = 48;
  options.bootstrap = {Resampling::none, 0};
  const Study study = study_table(mapped, options, "", false);
  for (const std::string& warning : study.pooled->warnings) {
    if (warning.find("two units") != std::string::npos) { return warning; }
  }
  return "";
}

}  // namespace

TEST_CASE("mixed units: sizes in millions in some rows are suspected, whichever rows they are") {
  MappedTable every_other = sixty(), few = sixty(), small = sixty();
  for (size_t k = 0; k < 60; ++k) {
    if (k % 2 == 1) { every_other.table.rows[k].n /= 1e6; }
    if (k == 5 || k == 17) { few.table.rows[k].n /= 1e6; }
    if (small.table.rows[k].n < 2e8) { small.table.rows[k].n /= 1e6; }
  }
  CHECK(told(every_other).find("30 of 60 rows") != std::string::npos);
  CHECK(told(few).find("2 of 60 rows") != std::string::npos);
  CHECK(told(small).find("multiplied by 1e+06") != std::string::npos);
}

TEST_CASE("mixed units: FLOPs that do not belong to sizes and data are suspected") {
  MappedTable mapped = sixty();
  mapped.table.axes.insert('C');
  for (Row& row : mapped.table.rows) { row.c = 6 * row.n * row.d; }
  for (size_t k = 0; k < 60; k += 3) { mapped.table.rows[k].d /= 1e9; }
  CHECK(told(mapped).find("20 of 60 rows") != std::string::npos);
}

TEST_CASE("mixed units: losses in bits among losses in nats are suspected") {
  for (const size_t each : {4, 7}) {
    CAPTURE(each);
    MappedTable mapped = sixty();
    for (size_t k = 0; k < 60; k += each) { mapped.table.rows[k].loss /= std::numbers::ln2; }
    CHECK(told(mapped).find("taken for bits") != std::string::npos);
  }
}

TEST_CASE("mixed units: a wide gap that the law itself explains is none") {
  CHECK(told(sixty()).empty());
  MappedTable pilot =
      synthetic({.sd = 0.005}, {1e5, 1e5 * 1.1, 1e8, 2e8, 4e8, 8e8}, log_grid(5e8, 3e11, 6));
  CHECK(told(pilot).empty());
  MappedTable outlier = sixty();
  outlier.table.rows[7].loss *= 1.44;
  outlier.table.rows[9].loss *= 1.3;
  CHECK(told(outlier).empty());
}

TEST_CASE("mixed units: outliers 1.4 times off are fitted, whatever they look like") {
  MappedTable mapped = sixty();
  for (size_t k = 0; k < 60; k += 7) { mapped.table.rows[k].loss *= 1.4; }
  FitOptions options;
  options.starts = 48;
  options.bootstrap = {Resampling::none, 0};
  const Study study = study_table(mapped, options, "", false);
  CHECK(study.pooled->rows.size() == 60);
  CHECK(told(mapped).find("if they are outliers, nothing needs to be done") != std::string::npos);
}

TEST_CASE("mixed units: scores near a ceiling are fitted") {
  MappedTable mapped = sixty();
  for (Row& row : mapped.table.rows) { row.loss = row.loss < 2.2 ? 1e-3 : row.loss; }
  FitOptions options;
  options.starts = 48;
  options.bootstrap = {Resampling::none, 0};
  CHECK(study_table(mapped, options, "", false).pooled->rows.size() == 60);
}
