// What enigma-worker does beside training, one file each. Each returns an exit code of the command
// line (input/command_line.h) and throws InputError for wrong input.
#pragma once

#include "input/command_line.h"

namespace enigma::worker {

int bench(const cli::Call& call);
int evaluate(const cli::Call& call);
int export_weights(const cli::Call& call);
int forward(const cli::Call& call);
int import_weights(const cli::Call& call);
int predict(const cli::Call& call);

}  // namespace enigma::worker
