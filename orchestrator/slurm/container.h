// How the worker of a batch gets into the container that its site names: by a program before it
// (Apptainer), or by srun (Pyxis). Pure.
#pragma once

#include "orchestrator/slurm/batch.h"

#include <string>
#include <vector>

namespace enigma::slurm {

/// A program that runs the worker in its container; empty where none is needed.
std::string wrapper_of(const Batch& batch);

/// Further options of srun that bring the ranks into their container; none where none are needed.
std::vector<std::string> srun_words(const Batch& batch);

}  // namespace enigma::slurm
