// What fit, predict and plot have in common: their options, and the study that comes of them.
#pragma once

#include "orchestrator/call/invocation.h"
#include "sweeps/law/appraisal/study.h"

#include <boost/program_options.hpp>

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace enigma::cli {

/// The options of `fit`, which predict and plot take too.
boost::program_options::options_description law_options();

/// The rows that a command asks for, and how they are to be fitted.
struct LawRequest {
  law::MappedTable mapped;
  law::FitOptions options;
  std::string by;  ///< column that groups; empty: none
  bool sweep = false;
  std::optional<double> cut;  ///< of the held-out test; nothing: the natural one
};

/// Reads --csv FILE --map …, or the sweep's finished runs from the store. Columns in `keep` are
/// kept as text beside those that the options name. Throws InputError, NoSuchInput,
/// law::FitRefused.
LawRequest request_of(const Invocation& invocation,
                      const boost::program_options::variables_map& values,
                      const std::vector<std::string>& keep = {});

/// All fits of the rows. Throws InputError, law::FitRefused.
law::Study study_of(const LawRequest& request);

/// The sweep or file does not exist (exit code 3).
class NoSuchInput : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Runs `work` and turns a refused fit into exit code 7 and a missing input into 3, each with its
/// diagnostic.
int guarded(const Invocation& invocation, const std::function<int()>& work);

}  // namespace enigma::cli
