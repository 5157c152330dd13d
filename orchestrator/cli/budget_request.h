// A budget of compute as people state it: FLOPs, or devices × hours × utilisation × peak.
#pragma once

#include <boost/program_options.hpp>

#include <optional>

namespace enigma::cli {

/// --flops, or --gpus --hours --mfu with --device or --peak-tflops.
void add_budget_options(boost::program_options::options_description& options);

/// --mfu with --device or --peak-tflops, for the hours of a plan.
void add_speed_options(boost::program_options::options_description& options);

/// FLOP/s of one device, its peak × the MFU; nothing where neither is said. Throws InputError.
std::optional<double> stated_flops_per_s(const boost::program_options::variables_map& values);

/// The budget in FLOPs. Throws InputError; a device whose peak the table does not know is refused.
double budget_flops_of(const boost::program_options::variables_map& values);

}  // namespace enigma::cli
