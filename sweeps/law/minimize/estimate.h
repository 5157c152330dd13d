// The best fit from many starts, and the evidence that it is the best: the certificate.
#pragma once

#include "sweeps/law/minimize/minimize.h"

#include <vector>

namespace enigma::law {

/// Starts that ended at the same objective (to 1e-6 of it).
struct Basin {
  double objective = 0;  ///< as reported
  int starts = 0;
  Vector values;  ///< in the file's units
};

struct Certificate {
  double gradient_relative = 0;
  int starts = 0;
  int agreeing = 0;             ///< starts that ended within 1e-6 of the best objective
  int unconverged = 0;          ///< starts that ran out of iterations
  std::vector<Basin> basins;    ///< best first, at most eight
  double second_objective = 0;  ///< of the second algorithm from the best start, as reported
};

struct Estimate {
  Minimum minimum;
  Certificate certificate;
};

/// Parameters that are held, by name, with their values.
struct Hold {
  std::string parameter;
  double value = 0;
};

/// Points framed for the held parameters, a start template that carries their values.
/// Throws InputError for a parameter that the form does not have, or a value out of its domain.
Problem make_problem(const Form& form, const std::vector<Row>& rows, const std::vector<char>& axes,
                     const Objective& objective, const std::vector<Hold>& holds);

/// Points whose axes are centred so that the coordinate of this parameter is its own, whatever the
/// others are: what holding it needs.
Points centred_for(Points points, const Parameter& parameter);

/// `start` with every held parameter at its value.
Vector with_holds(const Problem& problem, const std::vector<Hold>& holds, Vector start);

/// Multi-start. `threads` changes nothing but the time.
Estimate estimate(const Problem& problem, const std::vector<Hold>& holds, int starts, int threads);

/// Number of coordinates that are free.
int free_parameters(const Problem& problem);

}  // namespace enigma::law
