#include "sweeps/law/problem.h"
#include "sweeps/law/synthetic.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::law;

namespace {

Problem problem_of(const Form& form, const std::vector<char>& axes, const Objective& objective) {
  const MappedTable mapped =
      synthetic({.sd = 0.05}, log_grid(1e7, 1e10, 4), log_grid(1e9, 1e11, 4));
  return {.form = &form,
          .points = make_points(in_canonical_order(mapped.table.rows), axes),
          .objective = objective,
          .held = std::vector<bool>(form.parameters.size(), false)};
}

void check_gradient(const Problem& problem) {
  const Vector at = problem.form->starts(problem.points, 9)[4];
  Value value, right, left;
  evaluate(problem, at, value);
  for (Eigen::Index j = 0; j < at.size(); ++j) {
    const double step = 1e-6;
    Vector shifted = at;
    shifted[j] += step;
    evaluate(problem, shifted, right);
    shifted[j] -= 2 * step;
    evaluate(problem, shifted, left);
    const double difference = (right.objective - left.objective) / (2 * step);
    CHECK(value.gradient[j] ==
          doctest::Approx(difference).epsilon(1e-4).scale(value.gradient_size[j]));
  }
}

}  // namespace

TEST_CASE("form: analytic gradients equal central differences under every objective") {
  for (const std::string& name : form_names()) {
    const auto form = form_named(name);
    const std::vector<char> axes = form->axes.empty() ? std::vector<char>{'D'} : form->axes;
    for (const char* objective : {"huber:1e-3", "huber:0.02", "l2"}) {
      for (const Space space : {Space::log, Space::linear}) {
        Objective chosen = *parse_objective(objective).value;
        chosen.space = space;
        CAPTURE(name);
        CAPTURE(objective);
        check_gradient(problem_of(*form, axes, chosen));
      }
    }
  }
}

TEST_CASE("form: values and coordinates are each other's inverse") {
  const auto form = chinchilla_form();
  const Problem problem = problem_of(*form, {'N', 'D'}, {});
  Vector values(5);
  values << 1.69, 406.4, 410.7, 0.34, 0.28;
  const Vector back = form->values(form->coordinates(values, problem.points), problem.points);
  for (Eigen::Index j = 0; j < 5; ++j) CHECK(back[j] == doctest::Approx(values[j]).epsilon(1e-12));
}

TEST_CASE("form: a name that is none gives nothing") {
  CHECK(form_named("chinchila") == nullptr);
}

TEST_CASE("objective: huber, l1 and l2 are what the contract says") {
  const Objective huber = *parse_objective("huber:0.5").value;
  CHECK(rho(huber, 0.25) == doctest::Approx(0.03125));
  CHECK(rho(huber, -2) == doctest::Approx(0.5 * (2 - 0.25)));
  CHECK(rho(*parse_objective("l1").value, -3) == 3);
  CHECK(rho(*parse_objective("l2").value, -3) == 9);
  CHECK_FALSE(parse_objective("huber:-1").value);
  CHECK_FALSE(parse_objective("student:4").value);
  CHECK(parse_objective("student:4").diagnostics.front().expected.find("huber") == 0);
}
