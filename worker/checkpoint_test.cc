#include "worker/checkpoint.h"

#include "files/atomic_file.h"
#include "files/sha256.h"
#include "worker/ending.h"

#include "random/counter_random.h"
#include <doctest/doctest.h>

#include <system_error>
#include <unistd.h>

namespace fs = std::filesystem;
using namespace enigma;
using namespace enigma::worker;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / ("enigma-checkpoint-" + std::to_string(getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

ShardFile write_shard(const fs::path& folder, const std::string& name, const std::string& bytes) {
  write_atomically(folder / name, bytes);
  return {name, {bytes.size(), sha256(bytes)}};
}

CheckpointPlace place_of(const fs::path& attempt, int64_t step) {
  return {attempt, "id", {.step = step, .windows = 8 * step, .flops = 1e9}};
}

WrittenCheckpoint write(const fs::path& attempt, int64_t step) {
  return write_checkpoint(place_of(attempt, step), [&](const fs::path& folder) {
    return std::vector{write_shard(folder, "shared.safetensors", std::to_string(step))};
  });
}

}  // namespace

TEST_CASE("checkpoint: what was written is found again, newest step of any attempt first") {
  const Folder run;
  CHECK(find_start(run.path, "").folder.empty());
  const WrittenCheckpoint written = write(run.path / "attempt-1", 10);
  CHECK(written.path == "checkpoints/step-10");
  CHECK(written.bytes > 2);
  write(run.path / "attempt-1", 30);
  write(run.path / "attempt-10", 20);
  const Start start = find_start(run.path, "");
  CHECK(start.folder == run.path / "attempt-1/checkpoints/step-30");
  CHECK(start.state.step == 30);
  CHECK(start.state.windows == 240);
  CHECK(start.torn.empty());
}

TEST_CASE("checkpoint: a torn one is passed over, and what is wrong is said") {
  const Folder run;
  const fs::path attempt = run.path / "attempt-1";
  write(attempt, 10);
  write(attempt, 20);
  const fs::path newest = attempt / "checkpoints/step-20";
  write_atomically(newest / "shared.safetensors", "2");  // cut short
  Start start = find_start(run.path, "");
  CHECK(start.state.step == 10);
  CHECK(start.torn.at(0).find("size") != std::string::npos);
  write_atomically(newest / "shared.safetensors", "21");  // same size, other bytes
  CHECK(find_start(run.path, "").torn.at(0).find("digest") != std::string::npos);
  fs::remove(newest / "shared.safetensors");
  CHECK(find_start(run.path, "").torn.at(0).find("missing") != std::string::npos);
  write_atomically(newest / "state.json", "{\"sta");
  CHECK(find_start(run.path, "").state.step == 10);
}

TEST_CASE("checkpoint: where none can be read the worker ends with 74, not from scratch") {
  const Folder run;
  write(run.path / "attempt-1", 10);
  fs::remove(run.path / "attempt-1/checkpoints/step-10/state.json");
  try {
    find_start(run.path, "");
    FAIL("started from scratch");
  } catch (const Ending& ending) { CHECK(ending.code() == protocol::ExitCode::no_checkpoint); }
}

TEST_CASE("checkpoint: a branch begins at its trunk's checkpoint until it has one of its own") {
  const Folder trunk;
  write(trunk.path / "trunk" / "attempt-1", 50);
  const fs::path branch = trunk.path / "trunk/attempt-1/checkpoints/step-50";
  CHECK(find_start(trunk.path / "run", branch).state.step == 50);
  write(trunk.path / "run" / "attempt-1", 60);
  CHECK(find_start(trunk.path / "run", branch).state.step == 60);
}

TEST_CASE("checkpoint: the last two stay; a failed write leaves nothing behind") {
  const Folder run;
  const fs::path attempt = run.path / "attempt-1";
  for (int64_t step : {1, 2, 3, 4}) { write(attempt, step); }
  CHECK(list_checkpoints(run.path).size() == 2);
  CHECK_THROWS(
      write_checkpoint(place_of(attempt, 5), [](const fs::path&) -> std::vector<ShardFile> {
        throw std::system_error(ENOSPC, std::generic_category(), "shard");
      }));
  CHECK(std::distance(fs::directory_iterator(attempt / "checkpoints"), {}) == 2);
  CHECK(find_start(run.path, "").state.step == 4);
}

namespace {

/// One thing that a disk, a crash or a person does to a file of a checkpoint.
void damage(const fs::path& file, CounterRandom& random) {
  std::string bytes = read_file(file);
  switch (random.below(4)) {
    case 0:
      bytes[random.below(bytes.size())] ^= static_cast<char>(1 << random.below(8));
      break;
    case 1:
      bytes.resize(random.below(bytes.size()));
      break;
    case 2:
      bytes += '\0';
      break;
    default:
      fs::remove(file);
      return;
  }
  write_atomically(file, bytes);
}

}  // namespace

TEST_CASE("checkpoint: of 200 random corruptions every one is noticed") {
  const Folder run;
  CounterRandom random(7);
  const auto shards = [&](const fs::path& folder) {
    std::vector<ShardFile> files;
    for (const char* name : {"shared.safetensors", "shared-1.safetensors"}) {
      std::string bytes(1 + random.below(300), '\0');
      for (char& byte : bytes) { byte = static_cast<char>(random.below(256)); }
      files.push_back(write_shard(folder, name, bytes));
    }
    return files;
  };
  int noticed = 0;
  for (int64_t step = 1; step <= 200; ++step) {
    const fs::path attempt = run.path / ("attempt-" + std::to_string(step));
    write_checkpoint(place_of(attempt, step), shards);
    const fs::path folder = attempt / "checkpoints" / ("step-" + std::to_string(step));
    REQUIRE(read_checkpoint(folder).step == step);
    const char* names[] = {"shared.safetensors", "shared-1.safetensors", "state.json"};
    damage(folder / names[random.below(3)], random);
    try {
      read_checkpoint(folder);
    } catch (const std::exception&) { noticed += 1; }
  }
  CHECK(noticed == 200);
}
