#include "orchestrator/documents/time_text.h"

#include <doctest/doctest.h>

using namespace enigma::documents;

TEST_CASE("times: date and time of day in UTC") {
  CHECK(time_text(0) == "1970-01-01 00:00:00");
  CHECK(time_text(1795891812.7654321) == "2026-11-28 18:50:12");
}

TEST_CASE("durations: two units at most, rounded to the smaller one") {
  CHECK(duration_text(0) == "0 s");
  CHECK(duration_text(4.2345678) == "4.2 s");
  CHECK(duration_text(9.96) == "10 s");
  CHECK(duration_text(59.7) == "1 min");
  CHECK(duration_text(89) == "1 min 29 s");
  CHECK(duration_text(200.4) == "3 min 20 s");
  CHECK(duration_text(3599.6) == "1 h");
  CHECK(duration_text(7800) == "2 h 10 min");
  CHECK(duration_text(86399) == "1 d");
  CHECK(duration_text(273700) == "3 d 4 h");
}
