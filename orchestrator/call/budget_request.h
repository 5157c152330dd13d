// A budget of compute as people state it: FLOPs, or devices × hours × utilisation × peak.
#pragma once

#include <boost/program_options.hpp>

#include <optional>

namespace enigma::cli {

/// --flops, or --gpus --hours --mfu with --device or --peak-tflops.
void add_budget_options(boost::program_options::options_description& options);

/// --mfu with --device or --peak-tflops, for the hours of a plan.
void add_speed_options(boost::program_options::options_description& options);

/// How fast a device is said to be. Both empty: nothing is said.
struct StatedSpeed {
  std::optional<double> flops_per_s;  ///< its peak × the MFU
  std::optional<double> mfu;          ///< the MFU alone: the peak is that of the site's device
};
/// Throws InputError.
StatedSpeed stated_speed(const boost::program_options::variables_map& values);

/// The budget in FLOPs. Throws InputError; a device whose peak the table does not know is refused.
double budget_flops_of(const boost::program_options::variables_map& values);

}  // namespace enigma::cli
