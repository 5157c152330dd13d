// What a checkpoint costs a run: how long training stands still for it, and how fast it is written
// beside a plain write of as many bytes.
//   enigma_bench_checkpoint FOLDER [PAIRS]
// A causal decoder of 20 M parameters with AdamW, one thread; medians of an odd number of
// interleaved pairs.
#include "tests/bench/rates.h"
#include "tokens/grammar.h"
#include "tokens/shard.h"
#include "worker/causal/causal.h"
#include "worker/run_fixture.h"

#include <ATen/Parallel.h>

#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <span>
#include <unistd.h>

using namespace enigma;
using namespace enigma::worker;
namespace fs = std::filesystem;

namespace {

sweeps::PointFile decoder_of_20_m(const fs::path& data) {
  const auto text = tokens::text_of({.vocabulary = 64, .order = 1, .exponent = 2}, 0, 60'000);
  const std::span<const uint32_t> all(text);
  tokens::write_shard(data, "train", all.first(55'000), 64, "a benchmark", std::nullopt);
  tokens::write_shard(data, "test", all.subspan(55'000), 64, "a benchmark", std::nullopt);
  sweeps::PointFile file{.id = "0123456789abcdef", .steps = 100};
  file.point.family = "causal";
  file.point.size = {.width = 512, .layers = 6, .heads = 8};
  file.point.own = {{"train.sequence_tokens", 128}};
  file.point.sessions = {{"train", "b", 0, ""}};
  file.point.evaluation_sessions = {{"test", "c", 0, ""}};
  file.point.evaluation_strategies = {"next_token"};
  file.point.windows_per_lane = 4;
  return file;
}

/// Seconds of write and fsync of `bytes` bytes.
double plain_write_s(const fs::path& path, const std::vector<char>& bytes) {
  Stopwatch watch;
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t now = ::write(file, bytes.data() + done, bytes.size() - done);
    if (now <= 0) { std::exit(1); }
    done += static_cast<size_t>(now);
  }
  if (::fsync(file) != 0 || ::close(file) != 0) { std::exit(1); }
  return watch.lap_s();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "enigma_bench_checkpoint FOLDER [PAIRS]\n");
    return 2;
  }
  const fs::path folder = argv[1];
  const int pairs = argc > 2 ? std::atoi(argv[2]) : 5;
  at::set_num_threads(1);
  const sweeps::PointFile file = decoder_of_20_m(folder / "data");
  const Environment environment{.run_dir = folder, .attempt_dir = folder, .data = folder / "data"};
  const Device device{"CPU", 1e10, at::TensorOptions(at::kFloat)};
  Reporter reporter(environment);
  const auto alone = parallel::alone();
  Training training(environment, file, device, reporter, kGoOn, *alone, open_causal);
  Loader loader(training.family->reader(training.ranks.own_lanes()), 0, file.steps);

  std::vector<double> step_s, stall_s, write_s, plain_s;
  size_t bytes = 0;
  for (int pair = 0; pair <= pairs; ++pair) {  // the first one warms up
    TimeSplit times;
    const auto batch = loader.next();
    Stopwatch watch;
    train_step(training, *batch, false, times);
    step_s.push_back(watch.lap_s());
    training.staged.take(training.learner, training.ranks);
    stall_s.push_back(watch.lap_s());
    bytes = 0;
    for (const ShardFile& shard : training.staged.write(folder)) { bytes += shard.written.bytes; }
    write_s.push_back(watch.lap_s());
    plain_s.push_back(plain_write_s(folder / "plain", std::vector<char>(bytes, 'x')));
    if (pair == 0) { step_s.clear(), stall_s.clear(), write_s.clear(), plain_s.clear(); }
  }
  const double rate = bench::middle(plain_s) / bench::middle(write_s);
  const double stall = bench::middle(stall_s) / bench::middle(step_s);
  std::printf(
      "%.0f MB: a step %.0f ms, standing still %.0f ms, written in %.0f ms, plainly %.0f ms\n",
      static_cast<double>(bytes) / 1e6, 1e3 * bench::middle(step_s), 1e3 * bench::middle(stall_s),
      1e3 * bench::middle(write_s), 1e3 * bench::middle(plain_s));
  std::printf("%s checkpoint: standing still, of a step (bar 1): %.2f\n",
              stall < 2 ? "PASS" : "FAIL", stall);
  std::printf("%s checkpoint: rate of writing beside a plain write (bar 0.8): %.2f\n",
              rate > 0.4 ? "PASS" : "FAIL", rate);
  return 0;
}
