// All the fits that one question asks for: one per subset, and one over everything.
#pragma once

#include "sweeps/law/appraisal/appraisal.h"

#include <optional>

namespace enigma::law {

struct GroupFit {
  std::string group;
  Fit fit;
  std::optional<Appraisal> appraisal;  ///< where it was asked for
};

struct RefusedGroup {
  std::string group;
  std::string why;
};

struct Study {
  std::string by;              ///< the column that groups; empty: one fit over all
  std::vector<GroupFit> fits;  ///< by group, in order of the group's largest unique data, then name
  std::vector<RefusedGroup> refused;
  std::optional<Fit> pooled;               ///< the only fit where nothing groups
  std::optional<Appraisal> appraisal;      ///< of the pooled fit, where it was asked for
  std::optional<double> irreducible_loss;  ///< that the data state: what E should come out as
};

/// FLOPs are the table's own where it has them and they are not 6ND; else C = 6ND.
/// Throws FitRefused where nothing at all can be fitted, InputError for wrong names.
Study study_table(const MappedTable& mapped, const FitOptions& options, const std::string& by,
                  bool sweep);

/// The held-out test of every fit at this cut of compute instead of at its natural one.
void extrapolate_from(Study& study, const FitOptions& options, double cut);

/// Appraises every fit of a study; warnings go to the fits.
void appraise(Study& study, const MappedTable& mapped, const FitOptions& options);

}  // namespace enigma::law
