#include "worker/toy_family.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <c10/core/GradMode.h>

#include <array>

namespace enigma::worker {
namespace {

constexpr int64_t kFeatures = 3;
constexpr int64_t kScored = 1;  // the session whose lane scores
constexpr std::array<const char*, 4> kSessions = {"first", "second", "third", "fourth"};

/// y = x·(1, 2, 3) + session, for points drawn from (seed, step, lane); a lane has one session.
struct ToyBatch : StepBatch {
  size_t lanes() const override { return x.size(); }
  int64_t bytes() const override { return static_cast<int64_t>(x.size() * x.at(0).nbytes()); }

  std::vector<at::Tensor> x;  ///< (windows, features) per lane
  std::vector<size_t> session;
};

at::Tensor labels_of(const at::Tensor& x, size_t session) {
  return at::matmul(x, at::arange(1, kFeatures + 1, x.options())) + static_cast<double>(session);
}

class ToyReader : public StepReader {
 public:
  ToyReader(const sweeps::Point& point, parallel::LaneRange lanes, at::TensorOptions tensors)
      : point_(point), lanes_(lanes), tensors_(tensors) {}

  std::unique_ptr<StepBatch> read(int64_t step) override {
    auto batch = std::make_unique<ToyBatch>();
    batch->step = step;
    for (int64_t lane = lanes_.first; lane < lanes_.end; ++lane) {
      const auto seed = static_cast<uint64_t>((point_.seed * 1000 + step) * 1000 + lane);
      auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
      batch->x.push_back(at::randn({point_.windows_per_lane, kFeatures}, generator, tensors_));
      batch->session.push_back(static_cast<size_t>(lane));
    }
    return batch;
  }

 private:
  const sweeps::Point& point_;
  parallel::LaneRange lanes_;
  at::TensorOptions tensors_;
};

class Toy : public Family {
 public:
  explicit Toy(const RunSetup& setup)
      : point_(setup.point), slope_(at::zeros({kFeatures}, setup.tensors).requires_grad_(true)) {
    for (int64_t lane = 0; lane < point_.lanes; ++lane) {
      offsets_.push_back(at::zeros({1}, setup.tensors).requires_grad_(true));
    }
  }

  std::vector<model::NamedTensor> shared_parameters() const override { return {{"slope", slope_}}; }
  std::vector<SessionParameters> session_parameters() const override {
    std::vector<SessionParameters> sessions;
    for (size_t s = 0; s < offsets_.size(); ++s) {
      sessions.push_back({kSessions.at(s), {{"offset", offsets_[s]}}, static_cast<int64_t>(s)});
    }
    return sessions;
  }
  std::unique_ptr<StepReader> reader(parallel::LaneRange lanes) const override {
    return std::make_unique<ToyReader>(point_, lanes, slope_.options().requires_grad(false));
  }
  LaneLoss forward(const StepBatch& batch, size_t lane, WindowRange windows) override {
    const auto& drawn = static_cast<const ToyBatch&>(batch);
    const at::Tensor x = drawn.x[lane].narrow(0, windows.first, windows.count);
    const double share =
        static_cast<double>(windows.count) / static_cast<double>(point_.windows_per_lane);
    return {loss(x, drawn.session[lane]), {share, share / 2, share}, drawn.session[lane]};
  }
  std::vector<protocol::Eval> evaluate(int64_t step, const parallel::Ranks& ranks) override {
    const at::NoGradGuard guard;
    const at::Tensor x = at::eye(kFeatures, slope_.options());
    at::Tensor scored = at::zeros({1}, at::kDouble);
    if (ranks.owns(kScored)) { scored[0] = loss(x, kScored).item<double>(); }
    ranks.complete(scored);
    return {{.step = step,
             .strategy = "line",
             .tier = "test",
             .loss = scored.item<double>(),
             .baseline_loss = labels_of(x, kScored).square().mean().item<double>()}};
  }
  int64_t evaluation_windows() const override { return 1; }

 private:
  at::Tensor loss(const at::Tensor& x, size_t session) const {
    return (at::matmul(x, slope_) + offsets_[session] - labels_of(x, session)).square().mean();
  }

  const sweeps::Point& point_;
  at::Tensor slope_;
  std::vector<at::Tensor> offsets_;
};

}  // namespace

std::unique_ptr<Family> open_toy(const RunSetup& setup) {
  return std::make_unique<Toy>(setup);
}

sweeps::PointFile toy_file(int64_t steps, int64_t lanes) {
  sweeps::PointFile file{.id = "0123456789abcdef", .steps = steps};
  file.point.family = "toy";
  file.point.lanes = lanes;
  file.point.windows_per_lane = 4;
  file.point.shared_lr = file.point.session_lr = 0.1;
  file.point.seed = 3;
  return file;
}

}  // namespace enigma::worker
