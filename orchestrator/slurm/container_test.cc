#include "orchestrator/slurm/container.h"

#include <doctest/doctest.h>

namespace enigma::slurm {
namespace {

Batch a_batch() {
  Batch batch{"ab12",        {{0, "a"}, {1, "b"}}, {}, "/store/jobs/ab12",
              "/store/runs", "/bin/enigma-launch", "", 30};
  batch.placement.worker = "/opt/it's a worker";
  batch.placement.data = "/data";
  return batch;
}

TEST_CASE("a container sees store, recordings and program, and its worker is what is launched") {
  Batch batch = a_batch();
  CHECK(wrapper_of(batch).empty());
  batch.placement.site = attempts::Site{{}, {}, true, "/images/torch.sif"};
  const std::string wrapper = wrapper_of(batch);
  CHECK(wrapper.find("exec apptainer exec --nv --bind '/store/runs'") != std::string::npos);
  CHECK(wrapper.find("'/images/torch.sif' '/opt/it'\\''s a worker'") != std::string::npos);
  CHECK(script_of(batch).find("--worker '/store/jobs/ab12/worker'") != std::string::npos);
}

TEST_CASE("with Pyxis srun brings the ranks into the container, a single one too") {
  Batch batch = a_batch();
  CHECK(srun_words(batch).empty());
  batch.placement.site = attempts::Site{{}, {}, true, "nvcr.io#nvidia/pytorch:25.10-py3", "pyxis"};
  CHECK(srun_words(batch) ==
        std::vector<std::string>{
            "--container-image=nvcr.io#nvidia/pytorch:25.10-py3",
            "--container-mounts=/store/runs:/store/runs,/data:/data,/opt:/opt,/bin:/bin"});
  CHECK(wrapper_of(batch).empty());
  const std::string script = script_of(batch);
  CHECK(script.find("--worker '/opt/it'\\''s a worker'") != std::string::npos);
  CHECK(script.find(" --srun '--container-image=nvcr.io#nvidia/pytorch:25.10-py3' --srun "
                    "'--container-mounts=/store/runs:/store/runs,") != std::string::npos);
  batch.launcher = "/opt/enigma-launch";
  CHECK(srun_words(batch).back().ends_with("/data:/data,/opt:/opt"));
}

}  // namespace
}  // namespace enigma::slurm
