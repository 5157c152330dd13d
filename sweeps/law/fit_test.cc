#include "sweeps/law/fit.h"

#include <doctest/doctest.h>

#include <iostream>

using namespace enigma;
using namespace enigma::law;

TEST_CASE("x") {
  auto records = read_records("/work/shared/laws/epoch-chinchilla/svg_extracted_data.csv");
  auto mapping = parse_mapping("N=Model Size,C=Training FLOP,loss=loss");
  auto mapped = map_records(*records.value, *mapping.value);
  auto& rows = mapped.value->table.rows;
  std::sort(rows.begin(), rows.end(), [](auto& a, auto& b) { return a.loss < b.loss; });
  rows.resize(240);
  FitOptions o;
  Fit fit = fit_table(*mapped.value, o, {});
  std::cout.precision(12);
  std::cout << fit.objective_value << " second " << fit.certificate.second_objective << " grad "
            << fit.certificate.gradient_relative << " agree " << fit.certificate.agreeing << "/"
            << fit.certificate.starts << " unc " << fit.certificate.unconverged << "\n";
  for (auto& b : fit.certificate.basins) std::cout << "  basin " << b.objective << " x" << b.starts << " " << b.values.transpose() << "\n";
  for (auto& p : fit.parameters)
    std::cout << p.name << " " << *p.value << " [" << p.low.value_or(-1) << "," << p.high.value_or(-1) << "] se " << p.se.value_or(-1) << " " << name_of(p.verdict) << "\n";
  std::cout << "a " << *fit.a.value << " " << *fit.a.low << " " << *fit.a.high << "\n" << fit.verdict.sentence << "\n";
  if (fit.extrapolation) std::cout << fit.extrapolation->cut << " " << fit.extrapolation->mean_abs_rel << "\n";
  for (auto& w : fit.warnings) std::cout << w << "\n";
}
