#include "worker/checkpoint_writer.h"

#include "model/tensor_file.h"
#include "worker/parallel/ranks_fixture.h"
#include "worker/run_fixture.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <future>
#include <system_error>

namespace fs = std::filesystem;
using namespace enigma;
using namespace enigma::worker;

namespace {

WriteShards one_shard(const std::string& name) {
  return [name](const fs::path& folder) {
    const at::Tensor values = at::ones({3});
    return std::vector<ShardFile>{{name, model::write_tensors(folder / name, {{"w", values}})}};
  };
}

CheckpointPlace place_of(const Environment& environment, int64_t step) {
  return {environment.attempt_dir, "id", {.step = step}};
}

parallel::Collectives& no_peers() {
  static const auto collectives = parallel::alone();
  return *collectives;
}

}  // namespace

TEST_CASE("checkpoint writer: it counts when it is complete, and the caller goes on meanwhile") {
  const RunFolder folder("writer");
  const Environment environment = folder.environment("one", 1);
  CheckpointWriter writer(no_peers());
  std::promise<void> may_end;
  writer.start(place_of(environment, 7), [&](const fs::path& aside) {
    may_end.get_future().wait();
    return one_shard("shared.safetensors")(aside);
  });
  CHECK(writer.is_under_way());
  CHECK(writer.is_writing());
  CHECK(list_checkpoints(environment.run_dir).empty());
  may_end.set_value();
  CHECK(writer.complete().step == 7);
  CHECK_FALSE(writer.is_under_way());
  CHECK(find_start(environment.run_dir, "").state.step == 7);
}

TEST_CASE("checkpoint writer: the files of all ranks stand in one manifest") {
  const RunFolder folder("writer-ranks");
  const Environment environment = folder.environment("two", 1);
  parallel::on_ranks(2, [&](parallel::Collectives& collectives) {
    CheckpointWriter writer(collectives);
    writer.start(place_of(environment, 3),
                 one_shard("shared-" + std::to_string(collectives.rank()) + ".safetensors"));
    CHECK(writer.complete().step == 3);
  });
  const auto found = list_checkpoints(environment.run_dir);
  REQUIRE(found.size() == 1);
  CHECK(read_checkpoint(found[0]).step == 3);
  CHECK(fs::exists(found[0] / "shared-1.safetensors"));
}

TEST_CASE("checkpoint writer: a disk that refuses is told, and what is abandoned leaves nothing") {
  const RunFolder folder("writer-full");
  const Environment environment = folder.environment("full", 1);
  {
    CheckpointWriter writer(no_peers());
    writer.start(place_of(environment, 1), [](const fs::path&) -> std::vector<ShardFile> {
      throw std::system_error(ENOSPC, std::generic_category(), "shard");
    });
    CHECK_THROWS_AS(writer.complete(), std::system_error);
  }
  {
    CheckpointWriter writer(no_peers());
    writer.start(place_of(environment, 2), one_shard("shared.safetensors"));
  }
  CHECK(fs::is_empty(environment.attempt_dir / "checkpoints"));
}
