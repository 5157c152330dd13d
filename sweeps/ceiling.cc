#include "sweeps/ceiling.h"

#include "sweeps/plan.h"
#include "sweeps/spec_place.h"

#include <fmt/format.h>

namespace enigma::sweeps {
namespace {

Diagnostic without_price(const Spec& spec) {
  Diagnostic diagnostic =
      diagnostic_at(spec, "/ceilings/usd", "a ceiling in dollars needs the price of a device-hour",
                    "ceilings.usd_per_device_hour, or a site with a rate for today", "no price");
  diagnostic.suggestion = "\"usd_per_device_hour\": 2.5";
  return diagnostic;
}

/// Device-hours of what is not in the store yet; nothing where one of them is unknown.
std::optional<double> hours_asked(const Plan& plan) {
  double hours = 0;
  for (const PlannedPoint& point : plan.points) {
    if (point.action == Action::reused) { continue; }
    if (!point.device_hours) { return std::nullopt; }
    hours += *point.device_hours;
  }
  return hours;
}

Diagnostic warning_at(const Spec& spec, std::string message, std::string expected,
                      std::string found) {
  return diagnostic_at(spec, "/ceilings", std::move(message), std::move(expected), std::move(found),
                       Severity::warning);
}

}  // namespace

std::optional<Ceiling> ceiling_of(const CeilingBlock& block, std::optional<double> price) {
  std::optional<Ceiling> ceiling;
  if (block.device_hours) {
    ceiling = Ceiling{*block.device_hours, block.stops_runs,
                      fmt::format("{:.6g} device-hours", *block.device_hours)};
  }
  if (!block.usd || !price || *price <= 0) { return ceiling; }
  const double hours = *block.usd / *price;
  if (ceiling && ceiling->device_hours <= hours) { return ceiling; }
  return Ceiling{hours, block.stops_runs,
                 fmt::format("${:.6g} at ${:.6g} a device-hour", *block.usd, *price)};
}

std::vector<Diagnostic> check_ceiling(const Spec& spec, const Plan& plan,
                                      std::optional<double> price) {
  const CeilingBlock& block = spec.ceilings;
  if (block.usd && (!price || *price <= 0)) { return {without_price(spec)}; }
  const auto ceiling = ceiling_of(block, price);
  if (!ceiling) { return {}; }
  const auto hours = hours_asked(plan);
  if (!hours) {
    return {warning_at(spec,
                       "the hours of its runs are not known yet: nothing can be reserved "
                       "before they start, and the ceiling holds by what has been used",
                       "a finished run of each shape on this device, or a stated MFU", "")};
  }
  if (*hours <= ceiling->device_hours) { return {}; }
  return {warning_at(spec, "the sweep's new runs need more than its ceiling: some will be held",
                     "at most " + ceiling->text, fmt::format("about {:.3g} device-hours", *hours))};
}

}  // namespace enigma::sweeps
