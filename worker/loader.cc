#include "worker/loader.h"

#include "worker/draw.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Functions.h>

#include <utility>

namespace enigma::worker {
namespace {

std::span<float> row_of(const at::Tensor& tensor, int64_t row) {
  if (!tensor.defined()) return {};
  const auto count = static_cast<size_t>(tensor.numel() / tensor.size(0));
  return {tensor.data_ptr<float>() + static_cast<size_t>(row) * count, count};
}

model::Batch empty_batch(const Corpus& corpus, size_t session, int64_t windows, int64_t neurons) {
  const model::WindowShape& shape = corpus.sessions[session].window;
  model::Batch batch{.session = corpus.sessions[session].ref.name,
                     .responses = at::empty({windows, shape.samples, neurons}),
                     .neuron_ids = at::empty({windows, neurons}, at::kLong)};
  if (const auto& video = shape.video)
    batch.video = at::empty({windows, video->channels, video->frames, video->height, video->width});
  if (const auto& behavior = shape.behavior)
    batch.behavior = at::empty({windows, behavior->channels, behavior->samples});
  return batch;
}

LaneBatch read_lane(WindowReader& reader, const Corpus& corpus, const model::ModelShape& shape,
                    const LaneDraw& draw) {
  const CorpusSession& session = corpus.sessions[draw.session];
  const int64_t kept = kept_neurons(shape, session.ref.neurons);
  CounterRandom random(draw.permutations, 0, 0);
  std::vector<double> starts_s;
  std::vector<std::vector<int64_t>> orders;
  for (size_t window : draw.windows) {
    starts_s.push_back(session.starts_s[window]);
    orders.push_back(draw_permutation(random, session.ref.neurons, kept));
  }
  LaneBatch lane{draw.session, read_batch(reader, corpus, draw.session, starts_s, orders)};
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(random.next());
  lane.batch.kept_branches =
      model::draw_kept_branches(shape, static_cast<int64_t>(draw.windows.size()), generator);
  return lane;
}

}  // namespace

model::Batch read_batch(WindowReader& reader, const Corpus& corpus, size_t session,
                        const std::vector<double>& starts_s,
                        const std::vector<std::vector<int64_t>>& orders) {
  const auto neurons = static_cast<int64_t>(orders.at(0).size());
  const auto windows = static_cast<int64_t>(starts_s.size());
  model::Batch batch = empty_batch(corpus, session, windows, neurons);
  for (int64_t w = 0; w < windows; ++w) {
    const auto& order = orders[static_cast<size_t>(w)];
    std::copy(order.begin(), order.end(), batch.neuron_ids.data_ptr<int64_t>() + w * neurons);
    reader.read(corpus.sessions[session], starts_s[static_cast<size_t>(w)], order,
                {.responses = row_of(batch.responses, w),
                 .video = row_of(batch.video, w),
                 .behavior = row_of(batch.behavior, w)});
  }
  return batch;
}

StepBatch read_step(WindowReader& reader, const Corpus& corpus, const model::ModelShape& shape,
                    const StrategyTable& strategies, const DrawPlan& plan, int64_t step) {
  std::vector<size_t> counts;
  for (const CorpusSession& session : corpus.sessions) counts.push_back(session.starts_s.size());
  StepBatch batch{.step = step, .strategy = draw_strategy(plan.seed, step, strategies.weights)};
  for (int64_t lane = 0; lane < plan.lanes; ++lane)
    batch.lanes.push_back(
        read_lane(reader, corpus, shape,
                  draw_lane(plan.seed, lane, plan.lanes, step, counts, plan.windows_per_lane)));
  return batch;
}

Loader::Loader(const Corpus& corpus, const model::ModelShape& shape,
               const StrategyTable& strategies, DrawPlan plan, int64_t first_step, int64_t end_step)
    : corpus_(corpus), shape_(shape), strategies_(strategies), plan_(plan) {
  thread_ = std::thread([this, first_step, end_step] { read_ahead(first_step, end_step); });
}

Loader::~Loader() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

StepBatch Loader::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !ready_.empty() || failure_; });
  if (ready_.empty()) std::rethrow_exception(failure_);
  StepBatch batch = std::move(ready_.front());
  ready_.pop_front();
  changed_.notify_all();
  return batch;
}

void Loader::read_ahead(int64_t first_step, int64_t end_step) {
  try {
    WindowReader reader(corpus_);
    for (int64_t step = first_step; step < end_step; ++step) {
      StepBatch batch = read_step(reader, corpus_, shape_, strategies_, plan_, step);
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return ready_.size() < kDepth || stopping_; });
      if (stopping_) return;
      ready_.push_back(std::move(batch));
      changed_.notify_all();
    }
  } catch (...) {  // handed to next(), which runs on the training thread
    const std::lock_guard lock(mutex_);
    failure_ = std::current_exception();
    changed_.notify_all();
  }
}

}  // namespace enigma::worker
