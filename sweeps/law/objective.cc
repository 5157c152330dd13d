#include "sweeps/law/objective.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace enigma::law {

namespace {

Diagnostic unknown_objective(std::string_view text) {
  return {.message = "unknown objective",
          .expected = "huber:DELTA (DELTA > 0), l1 or l2",
          .found = std::string(text),
          .suggestion = "huber:1e-3"};
}

/// The quadratic part is ½r² for huber, and ½r²/δ for the rounded l1.
double scale_of(const Objective& objective) {
  return objective.kind == ObjectiveKind::l1 ? 1 / objective.delta : 1;
}

}  // namespace

Parsed<Objective> parse_objective(std::string_view text) {
  if (text == "l1") return {.value = Objective{.kind = ObjectiveKind::l1, .delta = 1e-9}};
  if (text == "l2") return {.value = Objective{.kind = ObjectiveKind::l2}};
  if (text == "huber") return {.value = Objective{}};
  if (text.starts_with("huber:")) {
    double delta = 0;
    const std::string_view number = text.substr(6);
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), delta);
    if (error == std::errc{} && end == number.data() + number.size() && delta > 0 &&
        std::isfinite(delta)) {
      return {.value = Objective{.delta = delta}};
    }
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
  }
  return "";
}

double rho(const Objective& objective, double residual) {
  const double size = std::abs(residual);
  if (objective.kind == ObjectiveKind::l1) return size;
  if (objective.kind == ObjectiveKind::l2) return size * size;
  if (size <= objective.delta) return size * size / 2;
  return objective.delta * (size - objective.delta / 2);
}

double psi(const Objective& objective, double residual) {
  if (objective.kind == ObjectiveKind::l2) return 2 * residual;
  return std::clamp(residual, -objective.delta, objective.delta) * scale_of(objective);
}

void smooth_rho(const Objective& objective, const Eigen::ArrayXd& residual, Eigen::ArrayXd& rho,
                Eigen::ArrayXd& psi) {
  if (objective.kind == ObjectiveKind::l2) {
    rho = residual.square();
    psi = 2 * residual;
    return;
  }
  const double delta = objective.delta;
  const double scale = scale_of(objective);
  psi = residual.max(-delta).min(delta) * scale;
  // Inside delta: psi*r/2; outside: psi*(r - psi/2), in units of the scale: one expression.
  rho = psi * (residual - psi / (2 * scale));
}

}  // namespace enigma::law
