// Forward and backward passes of the brain model on invented numbers, one thread.
//   enigma_bench_step SIZE STRATEGY NEURONS WINDOWS ROUNDS [HEIGHT WIDTH]
// SIZE is a published name or WIDTHxLAYERSxHEADS. Prints one line: medians of the rounds.
#include "model/brain/brain_model.h"
#include "model/brain/losses.h"
#include "tests/bench/rates.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>

#include <cstdio>
#include <cstdlib>
#include <malloc.h>
#include <sys/resource.h>

using namespace enigma;

namespace {

struct Asked {
  model::ModelSize size;
  std::string strategy;
  int64_t neurons = 0, windows = 1, rounds = 5, height = 36, width = 64;
};

model::ModelSize size_of(const char* text) {
  model::ModelSize size;
  long width = 0, layers = 0, heads = 0;
  if (std::sscanf(text, "%ldx%ldx%ld", &width, &layers, &heads) == 3) {
    return {.width = width, .layers = layers, .heads = heads};
  }
  return {.name = text};
}

Asked asked_of(int argc, char** argv) {
  Asked asked{size_of(argv[1]), argv[2], std::atol(argv[3]), std::atol(argv[4]),
              std::atol(argv[5])};
  if (argc > 7) { asked.height = std::atol(argv[6]), asked.width = std::atol(argv[7]); }
  return asked;
}

model::Batch batch_of(const model::ModelShape& shape, const Asked& asked) {
  const model::VideoShape& video = *shape.window.video;
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(1);
  model::Batch batch{.session = "s"};
  batch.responses = at::rand({asked.windows, shape.window.samples, asked.neurons}, generator);
  batch.neuron_ids = at::arange(asked.neurons, at::kLong).expand({asked.windows, -1}).contiguous();
  batch.video = at::randn({asked.windows, video.channels, video.frames, video.height, video.width},
                          generator);
  batch.behavior = at::randn(
      {asked.windows, shape.window.behavior->channels, shape.window.behavior->samples}, generator);
  return batch;
}

struct Times {
  std::vector<double> forward_s, backward_s;
  double loss = 0;
};

void run(model::BrainModel& model, const model::Batch& batch,
         const model::ResolvedStrategy& strategy, Times& times) {
  const double begin_s = bench::core_s();
  at::Tensor loss = model::losses_of(model.forward(batch, strategy)).total;
  times.loss = loss.item<double>();
  const double middle_s = bench::core_s();
  loss.backward();
  times.forward_s.push_back(middle_s - begin_s);
  times.backward_s.push_back(bench::core_s() - middle_s);
}

Times measure(const Asked& asked) {
  const model::ModelShape shape =
      shape_of(asked.size, {.samples = 60,
                            .rate_hz = 30,
                            .video = model::VideoShape{60, 1, asked.height, asked.width},
                            .behavior = model::BehaviorShape{5, 40}});
  model::BrainModel model(shape, {{"s", "m", asked.neurons}}, {}, 1);
  const auto strategies = model::strategies_named(asked.strategy);
  const auto resolved = *resolve(strategies.at(0), shape, asked.neurons).strategy;
  const model::Batch batch = batch_of(shape, asked);
  Times times;
  run(model, batch, resolved, times);  // the first round pays for memory
  times = {};
  for (int64_t round = 0; round < asked.rounds; ++round) { run(model, batch, resolved, times); }
  return times;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) {
    std::fprintf(stderr, "usage: %s SIZE STRATEGY NEURONS WINDOWS ROUNDS [HEIGHT WIDTH]\n",
                 argv[0]);
    return 2;
  }
  at::set_num_threads(1);
  ::mallopt(M_MMAP_THRESHOLD, 1 << 25);  // as the worker does
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
  const Times times = measure(asked_of(argc, argv));
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  std::printf("forward_s %.6f backward_s %.6f loss %.9g peak_MiB %ld\n",
              bench::middle(times.forward_s), bench::middle(times.backward_s), times.loss,
              usage.ru_maxrss >> 10);
  return 0;
}
