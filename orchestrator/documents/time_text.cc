#include "orchestrator/documents/time_text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <ctime>

namespace enigma::documents {
namespace {

constexpr int64_t kMinute_s = 60, kHour_s = 60 * kMinute_s, kDay_s = 24 * kHour_s;
constexpr double kTenths_s = 10;  // below it a tenth of a second tells something

std::string two_units(int64_t count, int64_t larger, const char* name, int64_t smaller,
                      const char* rest_name) {
  const int64_t rest = count % larger / smaller;
  const std::string whole = fmt::format("{} {}", count / larger, name);
  return rest == 0 ? whole : fmt::format("{} {} {}", whole, rest, rest_name);
}

int64_t rounded(double seconds, int64_t unit) {
  return std::llround(seconds / static_cast<double>(unit)) * unit;
}

}  // namespace

std::string time_text(double at_s) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(static_cast<std::time_t>(at_s)));
}

std::string duration_text(double seconds) {
  if (seconds > 0 && std::llround(10 * seconds) < std::llround(10 * kTenths_s)) {
    return fmt::format("{:.1f} s", seconds);
  }
  const int64_t whole = rounded(seconds, 1);
  if (whole < kMinute_s) { return fmt::format("{} s", whole); }
  if (whole < kHour_s) { return two_units(whole, kMinute_s, "min", 1, "s"); }
  const int64_t minutes = rounded(seconds, kMinute_s);
  if (minutes < kDay_s) { return two_units(minutes, kHour_s, "h", kMinute_s, "min"); }
  return two_units(rounded(seconds, kHour_s), kDay_s, "d", kHour_s, "h");
}

}  // namespace enigma::documents
