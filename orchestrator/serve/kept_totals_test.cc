#include "orchestrator/serve/kept_totals.h"

#include "files/temporary_folder.h"

#include <doctest/doctest.h>

#include <fstream>

using namespace enigma;

namespace {

constexpr double kNow = 1000;

StoreStamp written(double at, uintmax_t bytes = 7) {
  return {{at, at}, {bytes, bytes}};
}

/// Totals that count how often they were made.
struct Counting {
  KeptTotals kept;
  int made = 0;
  int of(const std::string& sweep, const StoreStamp& stamp, double now = kNow) {
    return kept.of(sweep, stamp, now, [&] { return nlohmann::ordered_json(++made); }).get<int>();
  }
};

}  // namespace

TEST_CASE("kept totals: made once for each sweep, until the store is written") {
  Counting totals;
  CHECK(totals.of("", written(900)) == 1);
  CHECK(totals.of("", written(900)) == 1);
  CHECK(totals.of("s", written(900)) == 2);
  CHECK(totals.of("", written(900)) == 1);
  CHECK(totals.of("", written(901)) == 3);
  CHECK(totals.of("s", written(901)) == 4);
  CHECK(totals.of("s", written(901, 8)) == 5);
}

TEST_CASE("kept totals: what has just been written is not relied on") {
  Counting totals;
  CHECK(totals.of("", written(999.95)) == 1);
  CHECK(totals.of("", written(999.95)) == 2);
  CHECK(totals.of("", written(999.95), 1001) == 3);
  CHECK(totals.of("", written(999.95), 1001) == 3);
}

TEST_CASE("kept totals: a stamp tells that either file was written") {
  const TemporaryFolder folder;
  const auto none = stamp_of(folder.path());
  std::ofstream(folder.path() / "runs.db") << "x";
  const auto one = stamp_of(folder.path());
  std::ofstream(folder.path() / "runs.db-wal") << "y";
  const auto both = stamp_of(folder.path());
  CHECK_FALSE(none == one);
  CHECK_FALSE(one == both);
  CHECK(both == stamp_of(folder.path()));
  CHECK(one.written_at[0] > 1e9);
}
