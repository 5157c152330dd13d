// What sbatch said beside the number of a job: why it took nothing, when it would start. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace enigma::slurm {

/// The first line of what it said, without the program's name.
std::string reason_of(std::string_view said);

/// Whether it is a limit on how many jobs there may be: it passes as jobs end. Limits on what one
/// job may ask for do not.
bool is_queue_limit(std::string_view said);

/// When a job would start, from what `sbatch --test-only` says: seconds since the epoch; its times
/// are local ones.
std::optional<double> start_of_test(const std::string& said);

}  // namespace enigma::slurm
