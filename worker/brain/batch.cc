#include "worker/brain/batch.h"

#include "worker/brain/window_reader.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Functions.h>

#include <algorithm>
#include <utility>

namespace enigma::worker {
namespace {

std::span<float> row_of(const at::Tensor& tensor, int64_t row) {
  if (!tensor.defined()) { return {}; }
  const auto count = static_cast<size_t>(tensor.numel() / tensor.size(0));
  return {tensor.data_ptr<float>() + static_cast<size_t>(row) * count, count};
}

// The tensors of a batch over one buffer.
model::Batch empty_batch(Staging& staging, const Corpus& corpus, size_t session, int64_t windows,
                         int64_t neurons) {
  const model::WindowShape& shape = corpus.inputs.window;
  const std::vector<int64_t> responses = {windows, shape.samples, neurons},
                             ids = {windows, neurons};
  std::vector<int64_t> video, behavior;
  int64_t bytes = Cutter::bytes_of(responses, at::kFloat) + Cutter::bytes_of(ids, at::kLong);
  if (const auto& v = shape.video) {
    video = {windows, v->channels, v->frames, v->height, v->width};
    bytes += Cutter::bytes_of(video, at::kFloat);
  }
  if (const auto& b = shape.behavior) {
    behavior = {windows, b->channels, b->samples};
    bytes += Cutter::bytes_of(behavior, at::kFloat);
  }
  Cutter cutter(staging.take(bytes));
  model::Batch batch{.session = corpus.sessions[session].ref.name,
                     .responses = cutter.cut(responses, at::kFloat),
                     .neuron_ids = cutter.cut(ids, at::kLong)};
  if (!video.empty()) { batch.video = cutter.cut(video, at::kFloat); }
  if (!behavior.empty()) { batch.behavior = cutter.cut(behavior, at::kFloat); }
  return batch;
}

}  // namespace

int64_t BrainBatch::bytes() const {
  size_t bytes = 0;
  for (const LaneBatch& lane : of_lane) {
    bytes += lane.batch.responses.nbytes() + lane.batch.neuron_ids.nbytes() +
             (lane.batch.video.defined() ? lane.batch.video.nbytes() : 0) +
             (lane.batch.behavior.defined() ? lane.batch.behavior.nbytes() : 0);
  }
  return static_cast<int64_t>(bytes);
}

model::Batch read_batch(Staging& staging, const Corpus& corpus, size_t session,
                        const std::vector<double>& starts_s,
                        const std::vector<std::vector<int64_t>>& orders) {
  const auto neurons = static_cast<int64_t>(orders.at(0).size());
  const auto windows = static_cast<int64_t>(starts_s.size());
  model::Batch batch = empty_batch(staging, corpus, session, windows, neurons);
  for (int64_t w = 0; w < windows; ++w) {
    const auto& order = orders[static_cast<size_t>(w)];
    std::copy(order.begin(), order.end(), batch.neuron_ids.data_ptr<int64_t>() + w * neurons);
    read_window(corpus, corpus.sessions[session], starts_s[static_cast<size_t>(w)], order,
                {.responses = row_of(batch.responses, w),
                 .video = row_of(batch.video, w),
                 .behavior = row_of(batch.behavior, w)});
  }
  return batch;
}

BrainReader::BrainReader(const Corpus& corpus, const model::ModelShape& shape,
                         const StrategyTable& strategies, DrawPlan plan)
    : corpus_(corpus), shape_(shape), strategies_(strategies), plan_(plan) {
  for (const CorpusSession& session : corpus.sessions) {
    window_counts_.push_back(session.starts_s.size());
  }
}

std::vector<LaneDraw> BrainReader::draws_of(int64_t step) const {
  std::vector<LaneDraw> draws;
  const parallel::LaneRange own = plan_.own.value_or(parallel::LaneRange{0, plan_.lanes});
  for (int64_t lane = own.first; lane < own.end; ++lane) {
    draws.push_back(
        draw_lane(plan_.seed, lane, plan_.lanes, step, window_counts_, plan_.windows_per_lane));
  }
  return draws;
}

void BrainReader::expect(int64_t step) const {
  for (const LaneDraw& draw : draws_of(step)) {
    const CorpusSession& session = corpus_.sessions[draw.session];
    for (size_t window : draw.windows) {
      recordings::gather::expect_window(session.session, session.starts_s[window], corpus_.rule);
    }
  }
}

LaneBatch BrainReader::read_lane(const LaneDraw& draw) {
  const CorpusSession& session = corpus_.sessions[draw.session];
  const int64_t kept = sweeps::kept_neurons(shape_, session.info);
  CounterRandom random = random_of(draw.permutations, 0, 0);
  std::vector<double> starts_s;
  std::vector<std::vector<int64_t>> orders;
  for (size_t window : draw.windows) {
    starts_s.push_back(session.starts_s[window]);
    orders.push_back(draw_permutation(random, session.ref.neurons, kept));
  }
  LaneBatch lane{draw.session, read_batch(staging_, corpus_, draw.session, starts_s, orders)};
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(random.next());
  lane.batch.kept_branches =
      model::draw_kept_branches(shape_, static_cast<int64_t>(draw.windows.size()), generator);
  return lane;
}

std::unique_ptr<StepBatch> BrainReader::read(int64_t step) {
  auto batch = std::make_unique<BrainBatch>();
  batch->step = step;
  batch->strategy = draw_strategy(plan_.seed, step, strategies_.weights);
  for (const LaneDraw& draw : draws_of(step)) { batch->of_lane.push_back(read_lane(draw)); }
  return batch;
}

}  // namespace enigma::worker
