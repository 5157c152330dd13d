// Forward pass, backward pass and AdamW step of a causal decoder on invented tokens, one thread.
//   enigma_bench_causal SIZE VOCABULARY SEQUENCES TOKENS ROUNDS WEIGHTS
// Leaves the weights that it begins with in WEIGHTS (safetensors, published names), and prints one
// line: medians of the rounds, and the loss before the first step and after the last.
#include "files/safetensors.h"
#include "model/causal/causal_model.h"
#include "tests/bench/rates.h"
#include "worker/optimizer/adamw.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cstdio>
#include <cstdlib>
#include <malloc.h>
#include <span>
#include <sys/resource.h>

using namespace enigma;

namespace {

model::ModelSize size_of(const char* text) {
  long width = 0, layers = 0, heads = 0;
  if (std::sscanf(text, "%ldx%ldx%ld", &width, &layers, &heads) == 3) {
    return {.width = width, .layers = layers, .heads = heads};
  }
  return {.name = text};
}

/// (B, T + 1): a stream that both sides can make, of a generator known by its constants (MMIX).
at::Tensor tokens_of(int64_t sequences, int64_t tokens, int64_t vocabulary) {
  at::Tensor stream = at::empty({sequences, tokens + 1}, at::kLong);
  uint64_t state = 1;
  for (int64_t i = 0; i < stream.numel(); ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    stream.view(-1)[i] = static_cast<int64_t>((state >> 33) % static_cast<uint64_t>(vocabulary));
  }
  return stream;
}

void write(const char* file, const std::vector<model::NamedTensor>& parameters) {
  std::map<std::string, TensorBytes> tensors;
  for (const auto& [name, tensor] : parameters) {
    tensors[name] = {"F32", tensor.sizes().vec(),
                     std::span(static_cast<const std::byte*>(tensor.const_data_ptr()),
                               static_cast<size_t>(tensor.nbytes()))};
  }
  write_safetensors(file, tensors);
}

/// As the worker steps: one fused call over all parameters.
class Stepper {
 public:
  explicit Stepper(const std::vector<model::NamedTensor>& parameters) : parameters_(parameters) {
    for (const auto& [name, tensor] : parameters_) {
      moments_.push_back({at::zeros_like(tensor.detach()), at::zeros_like(tensor.detach()),
                          at::zeros({}, at::kFloat)});
    }
  }
  void take() {
    worker::AdamWStep step;
    for (size_t i = 0; i < parameters_.size(); ++i) {
      const at::Tensor& parameter = parameters_[i].tensor;
      moments_[i].steps += 1;
      step.add(parameter.detach(), parameter.grad(), moments_[i]);
    }
    step.take({.beta1 = 0.9, .beta2 = 0.95, .epsilon = 1e-8, .weight_decay = 0.1}, 1e-4, 1);
    for (const auto& [name, tensor] : parameters_) { tensor.mutable_grad().reset(); }
  }

 private:
  std::vector<model::NamedTensor> parameters_;
  std::vector<worker::Moments> moments_;
};

struct Times {
  std::vector<double> forward_s, backward_s, optimizer_s;
  double first_loss = 0, last_loss = 0;
};

Times measure(model::CausalModel& model, const at::Tensor& tokens, int64_t rounds) {
  Stepper stepper(model.parameters());
  Times times;
  for (int64_t round = 0; round <= rounds; ++round) {  // the first one pays for memory
    const double begin_s = bench::core_s();
    const at::Tensor loss = model.loss(tokens);
    times.last_loss = loss.item<double>();
    const double forward_s = bench::core_s();
    loss.backward();
    const double backward_s = bench::core_s();
    stepper.take();
    const double end_s = bench::core_s();
    if (round == 0) {
      times.first_loss = times.last_loss;
      continue;
    }
    times.forward_s.push_back(forward_s - begin_s);
    times.backward_s.push_back(backward_s - forward_s);
    times.optimizer_s.push_back(end_s - backward_s);
  }
  return times;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) {
    std::fprintf(stderr, "usage: %s SIZE VOCABULARY SEQUENCES TOKENS ROUNDS WEIGHTS\n", argv[0]);
    return 2;
  }
  at::set_num_threads(1);
  ::mallopt(M_MMAP_THRESHOLD, 1 << 25);  // as the worker does
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
  const int64_t vocabulary = std::atol(argv[2]);
  const model::CausalShape shape =
      model::causal_shape_of(size_of(argv[1]), {.vocabulary = vocabulary});
  model::CausalModel model(shape, 1);
  write(argv[6], model.parameters());
  const Times times = measure(model, tokens_of(std::atol(argv[3]), std::atol(argv[4]), vocabulary),
                              std::atol(argv[5]));
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  std::printf(
      "forward_s %.6f backward_s %.6f optimizer_s %.6f first_loss %.9g last_loss %.9g "
      "peak_MiB %ld heads %ld\n",
      bench::middle(times.forward_s), bench::middle(times.backward_s),
      bench::middle(times.optimizer_s), times.first_loss, times.last_loss, usage.ru_maxrss >> 10,
      shape.heads);
  return 0;
}
