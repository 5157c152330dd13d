// The figures of a study, by kind: each is a picture whose numbers are those of the fits.
#pragma once

#include "sweeps/law/appraisal/study.h"
#include "sweeps/law/figure/picture.h"
#include "sweeps/law/figure/size_scale.h"

#include <string>
#include <string_view>
#include <vector>

namespace enigma::law {

/// A loss that was foretold of a run and kept, whatever has been fitted since.
struct FrozenLoss {
  std::string name;
  double flops = 0;
  std::optional<double> n;
  Interval loss;
};

struct FigureInput {
  const Table& table;
  const Study& study;  ///< without fits where the rows carry none
  const FitOptions& options;
  std::string loss_label;               ///< the loss with its unit
  std::string refused;                  ///< why nothing was fitted; empty where something was
  std::vector<FrozenLoss> frozen = {};  ///< of the sweep
};

/// Names of the kinds, in the order of the contract.
std::vector<std::string> figure_kinds();

/// Throws InputError where the kind is unknown (with the nearest), or the columns or the form
/// cannot make it; FitRefused where it needs a fit and there is none.
Picture picture_of(std::string_view kind, const FigureInput& input);

/// Loss against FLOPs: ladders, the frontier with its band where the law is ok, the baseline, and
/// frozen forecasts as stars.
Picture loss_flops(const FigureInput& input);
/// Loss against size at each budget with the valleys' vertices, and those against FLOPs.
Picture isoflops(const FigureInput& input);
/// Loss against data by size, with the law's curves where it is ok.
Picture loss_data(const FigureInput& input);
/// Residuals of every fit against each axis that varies.
Picture residuals(const FigureInput& input);
/// The profile of every free parameter, in units of the rise that its level allows.
Picture profiles(const FigureInput& input);
/// Errors of laws fitted below a cut of compute, each fit's own.
Picture extrapolations(const FigureInput& input);

}  // namespace enigma::law
