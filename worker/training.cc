#include "worker/training.h"

#include <cstdio>

namespace enigma::worker {
namespace {

/// Rank 0 looks, the others take what it has found.
Start agreed_start(const Environment& environment, parallel::Collectives& collectives) {
  Start start;
  if (collectives.rank() == 0) { start = find_start(environment.run_dir, environment.start); }
  const std::string folder = text_of_first(collectives, start.folder.string());
  if (collectives.rank() == 0 || folder.empty()) { return start; }
  return {.folder = folder, .state = read_loop_state(folder)};
}

}  // namespace

Training::Training(const Environment& environment_, const sweeps::PointFile& file_,
                   const Device& device_, Reporter& reporter_,
                   const volatile std::sig_atomic_t& stop_asked_,
                   parallel::Collectives& collectives, OpenFamily open)
    : environment(environment_),
      file(file_),
      device(device_),
      reporter(reporter_),
      stop_asked(stop_asked_),
      ranks{collectives, file_.point.lanes},
      family(open({file.point, environment.data, device.tensors})),
      learner(file, *family, ranks),
      checkpoints(collectives) {
  restore();
}

void Training::restore() {
  const Start start = agreed_start(environment, ranks.collectives);
  for (const std::string& torn : start.torn) {
    std::fprintf(stderr, "checkpoint passed over: %s\n", torn.c_str());
  }
  state = start.state;
  if (!start.folder.empty()) { read_shards(learner, start.folder); }
  saved = !start.folder.empty();
}

void Training::spent(TimeSplit& times, Part part, const Lap& lap) {
  double waited_s = 0;
  for (const Lap& wait : learner.shared->take_waits()) {
    waited_s += wait.seconds();
    if (trace != nullptr) { trace->add(Part::communication, wait); }
  }
  times.of(Part::communication) += waited_s;
  times.of(part) += lap.seconds() - waited_s;
  if (trace != nullptr) { trace->add(part, lap); }
}

void Training::ask(StepWords& words, bool checkpoint_due) {
  const protocol::Command command = reporter.take_command();
  words.stop = stop_asked != 0 || command == protocol::Command::stop;
  words.checkpoint = checkpoint_due || command == protocol::Command::checkpoint;
  words.fenced = reporter.fenced();
  words.writing = checkpoints.is_writing();
}

}  // namespace enigma::worker
