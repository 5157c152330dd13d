#include "sweeps/law/figure/figure.h"

#include "diagnostics/nearest.h"

namespace enigma::law {

namespace {

struct Kind {
  std::string name;
  Picture (*picture)(const FigureInput&);
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"loss-flops", loss_flops}, {"isoflop", isoflops}, {"loss-data", loss_data},
      {"residuals", residuals},   {"profile", profiles}, {"extrapolation", extrapolations}};
  return all;
}

}  // namespace

std::vector<std::string> figure_kinds() {
  std::vector<std::string> names;
  for (const Kind& kind : kinds()) { names.push_back(kind.name); }
  return names;
}

Picture picture_of(std::string_view kind, const FigureInput& input) {
  for (const Kind& one : kinds()) {
    if (one.name == kind) { return one.picture(input); }
  }
  std::string expected;
  for (const std::string& name : figure_kinds()) {
    expected += (expected.empty() ? "" : ", ") + name;
  }
  throw InputError({{.message = "--kind: there is no such figure",
                     .expected = expected,
                     .found = std::string(kind),
                     .suggestion = suggest_name(kind, figure_kinds())}});
}

}  // namespace enigma::law
