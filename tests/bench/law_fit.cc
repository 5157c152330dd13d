// Times the Chinchilla fit on one core: 4,500 starts, 4,000 refits from one start each and from
// several. Writes the rows for the comparison beside it.
//   enigma_bench_law_fit CSV ROWS_OUT
// Prints `name value` lines; times are of the processor.
#include "sweeps/law/kernel/kernel.h"
#include "sweeps/law/minimize/bootstrap.h"
#include "sweeps/law/table/mapped_table.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>

using namespace enigma;
using namespace enigma::law;

namespace {

double processor_s() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double median_s(int repeats, const std::function<void()>& work) {
  std::vector<double> times;
  for (int k = 0; k < repeats; ++k) {
    const double begin = processor_s();
    work();
    times.push_back(processor_s() - begin);
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

/// The 240 rows below the fifth-largest loss, which the replication of Chinchilla fits.
std::vector<Row> rows_of(const char* file) {
  const std::string mapping = "N=Model Size,C=Training FLOP,loss=loss";
  MappedTable mapped = *read_table(file, {.mapping = *parse_mapping(mapping).value}).value;
  std::vector<double> losses;
  for (const Row& row : mapped.table.rows) { losses.push_back(row.loss); }
  std::sort(losses.rbegin(), losses.rend());
  std::erase_if(mapped.table.rows, [&](const Row& row) { return row.loss >= losses[4]; });
  return in_canonical_order(mapped.table.rows);
}

bool write_rows(const std::vector<Row>& rows, const char* file) {
  FILE* const out = std::fopen(file, "w");
  if (out == nullptr) { return false; }
  for (const Row& row : rows) { std::fprintf(out, "%.17g,%.17g,%.17g\n", row.n, row.d, row.loss); }
  return std::fclose(out) == 0;
}

/// The 4,500 starts of the published procedure; an exponent of 0 starts at 0.001.
std::vector<Vector> published_starts(const Problem& problem) {
  std::vector<Vector> starts;
  for (int k = 0; k < 4500; ++k) {
    const auto digit = [rest = k](int base) mutable {
      const int value = rest % base;
      rest /= base;
      return value;
    };
    auto next = digit;
    Vector values(5);
    values[3] = std::max(0.5 * next(5), 1e-3);
    values[4] = std::max(0.5 * next(5), 1e-3);
    values[0] = std::exp(-1 + 0.5 * next(5));
    values[1] = std::exp(5.0 * next(6));
    values[2] = std::exp(5.0 * next(6));
    starts.push_back(problem.form->coordinates(values, problem.points));
  }
  return starts;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: enigma_bench_law_fit CSV ROWS_OUT\n");
    return 2;
  }
  const std::vector<Row> rows = rows_of(arguments[1]);
  if (!write_rows(rows, arguments[2])) { return 1; }
  const auto form = chinchilla_form();
  const Problem problem = make_problem(*form, rows, {'N', 'D'}, {}, {});
  std::printf("unit %s\n", std::string(kernel().unit).c_str());
  Estimate fitted;
  std::printf("fit_s %.5f\n", median_s(5, [&] { fitted = estimate(problem, {}, 4500, 1); }));
  std::printf("agreeing %d\n", fitted.certificate.agreeing);
  for (const Basin& basin : fitted.certificate.basins) {
    std::printf("basin %.13g %d\n", basin.objective, basin.starts);
  }
  const std::vector<Vector> starts = published_starts(problem);
  int reached = 0;
  std::printf("published_starts_s %.5f\n", median_s(1, [&] {
                for (const Vector& start : starts) {
                  const Minimum end = minimize(problem, start, {1e-6, 400});
                  reached += end.objective <= fitted.minimum.objective * (1 + 1e-6) ? 1 : 0;
                }
              }));
  std::printf("published_starts_reached %d\n", reached);
  const auto refits = [&](int other_starts) {
    return median_s(3, [&] {
      bootstrap(problem, {}, fitted.minimum, fitted.certificate.basins,
                {Resampling::by_case, 4000, other_starts}, 1, 1);
    });
  };
  std::printf("single_start_refits_s %.5f\n", refits(0));
  std::printf("multi_start_refits_s %.5f\n", refits(9));
  Vector hoffmann(5);
  hoffmann << 1.6934, 406.4, 410.7, 0.33917, 0.28491;
  const Minimum from{.coordinates = form->coordinates(hoffmann, problem.points)};
  std::printf("single_start_refits_from_hoffmann_s %.5f\n", median_s(3, [&] {
                bootstrap(problem, {}, from, {}, {Resampling::by_case, 4000, 0}, 1, 1);
              }));
  return 0;
}
