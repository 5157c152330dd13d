#include "worker/training.h"

#include <cstdio>

namespace enigma::worker {

Training::Training(const Environment& environment_, const sweeps::PointFile& file_,
                   const Device& device_, Reporter& reporter_,
                   const volatile std::sig_atomic_t& stop_asked_, OpenFamily open)
    : environment(environment_),
      file(file_),
      device(device_),
      reporter(reporter_),
      stop_asked(stop_asked_),
      family(open({file.point, environment.data, device.tensors})),
      learner(file.point, *family) {
  const Start start = find_start(environment.run_dir, environment.start);
  for (const std::string& torn : start.torn) {
    std::fprintf(stderr, "checkpoint passed over: %s\n", torn.c_str());
  }
  state = start.state;
  if (!start.folder.empty()) { read_shards(learner, start.folder); }
  saved = !start.folder.empty();
}

}  // namespace enigma::worker
