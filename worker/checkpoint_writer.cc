#include "worker/checkpoint_writer.h"

#include "diagnostics/check.h"

#include <chrono>
#include <utility>

namespace enigma::worker {

CheckpointWriter::~CheckpointWriter() {
  if (!is_under_way()) { return; }
  if (writing_.valid()) { writing_.wait(); }
  abandon(*place_);
}

void CheckpointWriter::start(CheckpointPlace place, WriteShards write_shards) {
  ENIGMA_CHECK(!is_under_way(), "one checkpoint at a time");
  place.rank = collectives_.rank();
  place.world = collectives_.world();
  place_ = std::move(place);
  writing_ = std::async(std::launch::async, [place = *place_, write = std::move(write_shards)] {
    write_files(place, write);
  });
}

bool CheckpointWriter::is_writing() const {
  return is_under_way() && writing_.wait_for(std::chrono::seconds(0)) != std::future_status::ready;
}

WrittenCheckpoint CheckpointWriter::complete() {
  writing_.get();
  meet(collectives_);
  const CheckpointPlace place = *std::exchange(place_, std::nullopt);
  return place.rank == 0 ? complete_checkpoint(place)
                         : WrittenCheckpoint{place.state.step, "", 0, ""};
}

}  // namespace enigma::worker
