#include "sweeps/law/fit/synthetic.h"
#include "sweeps/law/kernel/kernel.h"
#include "sweeps/law/minimize/estimate.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::law;

namespace {

std::vector<char> axes_of(const Form& form) {
  return form.axes.empty() ? std::vector<char>{'D'} : form.axes;
}

Problem problem_of(const Form& form, const Objective& objective) {
  MappedTable mapped = synthetic({.sd = 0.05}, log_grid(1e7, 1e10, 5), log_grid(1e9, 1e11, 5));
  for (size_t k = 0; k < mapped.table.rows.size(); ++k) {
    Row& row = mapped.table.rows[k];
    row.u = row.d / (0.5 + static_cast<double>(k % 7));
  }
  return make_problem(form, in_canonical_order(mapped.table.rows), axes_of(form), objective, {});
}

void check_gradient(const Problem& problem, const Vector& at) {
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
    CAPTURE(problem.form->parameters[static_cast<size_t>(j)].name);
    CHECK(value.gradient[j] ==
          doctest::Approx(difference).epsilon(1e-4).scale(value.gradient_size[j]));
  }
}

/// A set of values inside every form's domain, as published fits have them.
Vector plausible(const Form& form) {
  Vector values(static_cast<Eigen::Index>(form.parameters.size()));
  for (size_t j = 0; j < form.parameters.size(); ++j) {
    double& value = values[static_cast<Eigen::Index>(j)];
    switch (form.parameters[j].kind) {
      case ParameterKind::offset:
        value = 1.69;
        break;
      case ParameterKind::coefficient:
        value = 400 + 30 * static_cast<double>(j);
        break;
      case ParameterKind::exponent:
        value = (0.3 + 0.02 * static_cast<double>(j)) * (form.parameters[j].negative ? -1 : 1);
        break;
      case ParameterKind::scale:
        value = 1e13;
        break;
      case ParameterKind::repeats:
        value = 5 + 3 * static_cast<double>(j);
        break;
      case ParameterKind::shift:
        value = 9.3;
        break;
    }
  }
  return values;
}

}  // namespace

TEST_CASE("form: analytic gradients equal central differences under every objective") {
  for (const std::string& name : form_names()) {
    const auto form = form_named(name);
    for (const char* objective : {"huber:1e-3", "huber:0.02", "l2", "student:4"}) {
      for (const Space space : {Space::log, Space::linear}) {
        Objective chosen = *parse_objective(objective).value;
        chosen.space = space;
        CAPTURE(name);
        CAPTURE(objective);
        const Problem problem = problem_of(*form, chosen);
        for (const Vector& start : form->starts(problem.points, 5)) {
          check_gradient(problem, start);
        }
        check_gradient(problem, form->coordinates(plausible(*form), problem.points));
      }
    }
  }
}

TEST_CASE("form: values and coordinates are each other's inverse") {
  for (const std::string& name : form_names()) {
    const auto form = form_named(name);
    CAPTURE(name);
    const Problem problem = problem_of(*form, {});
    const Vector values = plausible(*form);
    const Vector back = form->values(form->coordinates(values, problem.points), problem.points);
    for (Eigen::Index j = 0; j < values.size(); ++j) {
      CHECK(back[j] == doctest::Approx(values[j]).epsilon(1e-12));
    }
  }
}

TEST_CASE("form: values in the file's units mean what the formula says") {
  const double n = 3e8, d = 2e10;
  Row row;
  row.n = n;
  row.d = d;
  row.u = 5e9;
  row.loss = 2;
  const auto loss = [&](const std::string& name, std::initializer_list<double> list) {
    const auto form = form_named(name);
    const Points points = make_points({row, row}, axes_of(*form));
    Vector values(static_cast<Eigen::Index>(list.size()));
    std::copy(list.begin(), list.end(), values.begin());
    Evaluation evaluation;
    form->evaluate(form->coordinates(values, points), points, evaluation);
    return evaluation.prediction[1];
  };
  const auto close = [](double value) { return doctest::Approx(value).epsilon(1e-12); };
  const double size_term = 406 * std::pow(n, -0.34);
  CHECK(loss("chinchilla", {1.7, 406, 410, 0.34, 0.28}) ==
        close(1.7 + size_term + 410 * std::pow(d, -0.28)));
  CHECK(loss("tied", {1.7, 406, 410, 0.34}) == close(1.7 + size_term + 410 * std::pow(d, -0.34)));
  CHECK(loss("power", {20, 0.1}) == close(20 * std::pow(d, -0.1)));
  CHECK(loss("power_offset", {1.7, 20, 0.1}) == close(1.7 + 20 * std::pow(d, -0.1)));
  CHECK(loss("power_shifted", {1.7, 20, 0.1, 10.2}) ==
        close(1.7 + 20 * std::pow(d + std::pow(10, 10.2), -0.1)));
  CHECK(loss("kaplan", {8.8e13, 5.4e13, 0.076, 0.095}) ==
        close(std::pow(std::pow(8.8e13 / n, 0.8) + 5.4e13 / d, 0.095)));
  CHECK(loss("overtrained", {166, 367, -0.27, 1.8}) ==
        close(1.8 + 166 * std::pow(n, -0.27) + 367 * std::pow(6, -0.135) * std::pow(d, -0.27)));
}

TEST_CASE("form: repeated data count as in Muennighoff et al., and unrepeated ones in full") {
  const double a = 520, b = 1490, alpha = 0.36, beta = 0.35, r_d = 15, r_n = 5;
  const double g = std::pow(alpha * a / (beta * b), 1 / (alpha + beta));
  const auto form = data_constrained_form();
  for (const double n : {5e7, 9e9}) {
    for (const double u : {4e9, 5e10}) {
      const double d = 2e10, unique = std::min(u, d);
      const double un = std::min(n, g * std::pow(unique * g, beta / alpha));
      const double dd = unique * (1 + r_d * (1 - std::exp(-(d / unique - 1) / r_d)));
      const double nn = un * (1 + r_n * (1 - std::exp(-(n / un - 1) / r_n)));
      Row row;
      row.n = n;
      row.d = d;
      row.u = u;
      row.loss = 2;
      const Points points = make_points({row}, form->axes);
      Vector values(7);
      values << 1.87, a, b, alpha, beta, r_d, r_n;
      Evaluation evaluation;
      form->evaluate(form->coordinates(values, points), points, evaluation);
      CHECK(evaluation.prediction[0] ==
            doctest::Approx(1.87 + a * std::pow(nn, -alpha) + b * std::pow(dd, -beta))
                .epsilon(1e-11));
    }
  }
}

TEST_CASE("form: a name that is none gives nothing") {
  CHECK(form_named("chinchila") == nullptr);
}

TEST_CASE("form: starts are as many as asked for, and no two alike") {
  for (const std::string& name : form_names()) {
    const auto form = form_named(name);
    const Problem problem = problem_of(*form, {});
    const std::vector<Vector> starts = form->starts(problem.points, 50);
    CAPTURE(name);
    REQUIRE(starts.size() == 50);
    for (size_t i = 1; i < starts.size(); ++i) { CHECK((starts[i] - starts[i - 1]).norm() > 1e-3); }
  }
}

TEST_CASE("objective: huber, l1, l2 and student are what the contract says") {
  const Objective huber = *parse_objective("huber:0.5").value;
  CHECK(rho(huber, 0.25) == doctest::Approx(0.03125));
  CHECK(rho(huber, -2) == doctest::Approx(0.5 * (2 - 0.25)));
  CHECK(rho(*parse_objective("l1").value, -3) == 3);
  CHECK(rho(*parse_objective("l2").value, -3) == 9);
  // The density of t with 4 degrees of freedom and width 2 at 1 is 3/8·(1 + 1/16)^(−5/2)/2.
  CHECK(rho(*parse_objective("student:4").value, 1, 2) ==
        doctest::Approx(-std::log(0.375 * std::pow(1 + 1.0 / 16, -2.5) / 2)));
  CHECK_FALSE(parse_objective("huber:-1").value);
  CHECK_FALSE(parse_objective("huber:").value);
  CHECK_FALSE(parse_objective("student:nan").value);
  CHECK_FALSE(parse_objective("median").value);
  CHECK(parse_objective("median").diagnostics.front().expected.find("huber") == 0);
}

TEST_CASE("objective: the width of student is the one of the greatest likelihood") {
  const auto form = chinchilla_form();
  const Problem problem = problem_of(*form, *parse_objective("student:4").value);
  Value value;
  evaluate(problem, form->starts(problem.points, 9)[4], value);
  const auto likelihood = [&](double width) {
    double sum = 0;
    for (const double r : value.residual) { sum += rho(problem.objective, r, width); }
    return sum;
  };
  CHECK(value.objective == doctest::Approx(likelihood(value.width)).epsilon(1e-12));
  for (const double factor : {0.99, 1.01}) {
    CHECK(likelihood(value.width * factor) > value.objective);
  }
}

TEST_CASE("kernel: every vector unit gives the same bits, and exp and log are exact to 2e-15") {
  Eigen::ArrayXd x = Eigen::ArrayXd::LinSpaced(4001, -300, 300), y(x.size()), z(x.size());
  kernel().exp(x.size(), x.data(), y.data());
  kernel().log(x.size(), y.data(), z.data());
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    CHECK(y[i] == doctest::Approx(std::exp(x[i])).epsilon(1e-15));
    CHECK(std::abs(z[i] - std::log(y[i])) <= 2e-16 * std::max(1.0, std::abs(z[i])));
  }
  for (const Kernel* other : kernels()) {
    Eigen::ArrayXd same(x.size());
    other->exp(x.size(), x.data(), same.data());
    CHECK((same == y).all());
    other->log(x.size(), y.data(), same.data());
    CHECK((same == z).all());
  }
}
