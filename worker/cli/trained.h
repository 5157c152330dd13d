// A model that was trained, as the commands beside training are told of it: a checkpoint, the point
// of its run, and the recordings.
#pragma once

#include "input/command_line.h"
#include "sweeps/point.h"

#include <filesystem>
#include <string>
#include <vector>

namespace enigma::worker {

/// --checkpoint, --point, --data, --sessions and --out.
void add_trained_options(boost::program_options::options_description& options,
                         const char* out_help);

struct Trained {
  sweeps::Point point;
  std::filesystem::path checkpoint, data, out;
};
/// The point with the sessions that are asked for as those that it is scored on. Throws InputError
/// where a file is missing or no point, or a session was not trained on.
Trained trained_of(const boost::program_options::variables_map& values);

/// The point.json of a run. Throws InputError where the file is missing or no point.
sweeps::PointFile read_point_file(const std::filesystem::path& file);

/// Throws InputError with one diagnostic.
[[noreturn]] void refuse(const std::string& file, const std::string& message,
                         const std::string& expected);

}  // namespace enigma::worker
