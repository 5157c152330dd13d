// Why sbatch took nothing, read from what it said. Pure.
#pragma once

#include <string>
#include <string_view>

namespace enigma::slurm {

/// The first line of what it said, without the program's name.
std::string reason_of(std::string_view said);

/// Whether it is a limit on how many jobs there may be: it passes as jobs end. Limits on what one
/// job may ask for do not.
bool is_queue_limit(std::string_view said);

}  // namespace enigma::slurm
