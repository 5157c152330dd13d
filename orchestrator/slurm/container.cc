#include "orchestrator/slurm/container.h"

#include "orchestrator/slurm/shell_word.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>

namespace enigma::slurm {
namespace {

bool is_in_pyxis(const attempts::Site& site) {
  return !site.container.empty() && site.container_runtime == "pyxis";
}

/// What a container must see, at the places where it lies outside: store, recordings, program.
std::vector<std::string> seen_folders(const Batch& batch) {
  const std::filesystem::path worker = batch.placement.worker;
  return {batch.runs_folder.string(), batch.placement.data, worker.parent_path().string()};
}

}  // namespace

// Apptainer passes the environment on.
std::string wrapper_of(const Batch& batch) {
  const attempts::Site site = batch.site();
  if (site.container.empty() || is_in_pyxis(site)) { return ""; }
  std::string binds;
  for (const std::string& folder : seen_folders(batch)) {
    binds += "--bind " + shell_word(folder) + " ";
  }
  return fmt::format("#!/bin/sh\nexec apptainer exec {}{}{} {}\n", site.has_gpus ? "--nv " : "",
                     binds, shell_word(site.container), shell_word(batch.placement.worker));
}

// Names and forms of the options: README.md of github.com/NVIDIA/pyxis, section Usage
// (--container-image=[USER@][REGISTRY#]IMAGE[:TAG]|PATH, --container-mounts=SRC:DST[:FLAGS][,…]).
// The launcher goes along: it is what srun starts.
std::vector<std::string> srun_words(const Batch& batch) {
  const attempts::Site site = batch.site();
  if (!is_in_pyxis(site)) { return {}; }
  std::vector<std::string> folders = seen_folders(batch);
  folders.push_back(batch.launcher.parent_path().string());
  std::string mounts;
  std::set<std::string> mounted = {""};
  for (const std::string& folder : folders) {
    if (!mounted.insert(folder).second) { continue; }
    mounts += (mounts.empty() ? "" : ",") + folder + ":" + folder;
  }
  return {"--container-image=" + site.container, "--container-mounts=" + mounts};
}

}  // namespace enigma::slurm
