// A budget of compute as people state it: FLOPs, or devices × hours × utilisation × peak.
#pragma once

#include <boost/program_options.hpp>

namespace enigma::cli {

/// --flops, or --gpus --hours --mfu with --device or --peak-tflops.
void add_budget_options(boost::program_options::options_description& options);

/// The budget in FLOPs. Throws InputError; a device whose peak the table does not know is refused.
double budget_flops_of(const boost::program_options::variables_map& values);

}  // namespace enigma::cli
