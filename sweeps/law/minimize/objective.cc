#include "sweeps/law/minimize/objective.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace enigma::law {

namespace {

/// Degrees of freedom outside this range are a Cauchy spike or a normal distribution.
constexpr double kLeastFreedom = 0.5, kMostFreedom = 1e4;

Diagnostic unknown_objective(std::string_view text) {
  return {.message = "unknown objective",
          .expected = "huber:DELTA (DELTA > 0), l1, l2 or student:NU (0.5 <= NU <= 10000)",
          .found = std::string(text),
          .suggestion = "huber:1e-3"};
}

std::optional<double> positive(std::string_view text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end || !(number > 0) || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

}  // namespace

Parsed<Objective> parse_objective(std::string_view text) {
  if (text == "l1") { return {.value = Objective{.kind = ObjectiveKind::l1, .delta = 1e-9}}; }
  if (text == "l2") { return {.value = Objective{.kind = ObjectiveKind::l2}}; }
  if (text == "huber") { return {.value = Objective{}}; }
  if (text == "student") { return {.value = Objective{.kind = ObjectiveKind::student}}; }
  const auto number = positive(text.substr(std::min(text.find(':') + 1, text.size())));
  if (text.starts_with("huber:") && number) { return {.value = Objective{.delta = *number}}; }
  if (text.starts_with("student:") && number && *number >= kLeastFreedom &&
      *number <= kMostFreedom) {
    return {.value = Objective{.kind = ObjectiveKind::student, .freedom = *number}};
  }
  return {.diagnostics = {unknown_objective(text)}};
}

std::string name_of(ObjectiveKind kind) {
  switch (kind) {
    case ObjectiveKind::huber:
      return "huber";
    case ObjectiveKind::l1:
      return "l1";
    case ObjectiveKind::l2:
      return "l2";
    case ObjectiveKind::student:
      return "student";
  }
  return "";
}

double rho(const Objective& objective, double residual, double width) {
  const double size = std::abs(residual);
  switch (objective.kind) {
    case ObjectiveKind::l1:
      return size;
    case ObjectiveKind::l2:
      return size * size;
    case ObjectiveKind::student: {
      const double nu = objective.freedom, z = residual / width;
      return std::lgamma(nu / 2) - std::lgamma((nu + 1) / 2) + std::log(nu * M_PI) / 2 +
             std::log(width) + (nu + 1) / 2 * std::log1p(z * z / nu);
    }
    case ObjectiveKind::huber:
      break;
  }
  if (size <= objective.delta) { return size * size / 2; }
  return objective.delta * (size - objective.delta / 2);
}

Clamp clamp_of(const Objective& objective) {
  switch (objective.kind) {
    case ObjectiveKind::l1:
      return {objective.delta, 1 / objective.delta};
    case ObjectiveKind::huber:
      return {objective.delta, 1};
    default:
      return {std::numeric_limits<double>::infinity(), 2};
  }
}

double psi(const Objective& objective, double residual, double width) {
  if (objective.kind == ObjectiveKind::student) {
    const double nu = objective.freedom;
    return (nu + 1) * residual / (nu * width * width + residual * residual);
  }
  const Clamp clamp = clamp_of(objective);
  return std::clamp(residual, -clamp.limit, clamp.limit) * clamp.slope;
}

}  // namespace enigma::law
