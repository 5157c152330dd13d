#include "worker/parallel/delayed.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace enigma::parallel {
namespace {

using Clock = std::chrono::steady_clock;

class Late : public Pending {
 public:
  Late(std::unique_ptr<Pending> inner, Clock::time_point at) : inner_(std::move(inner)), at_(at) {}
  void wait() override {
    inner_->wait();
    std::this_thread::sleep_until(at_);  // the network's time is what is simulated
  }

 private:
  std::unique_ptr<Pending> inner_;
  Clock::time_point at_;
};

class Delayed : public Collectives {
 public:
  Delayed(std::unique_ptr<Collectives> inner, const Network& network)
      : inner_(std::move(inner)), network_(network) {}

  int64_t rank() const override { return inner_->rank(); }
  int64_t world() const override { return inner_->world(); }

  std::unique_ptr<Pending> all_reduce(at::Tensor values) override {
    const auto at = done_at(all_reduce_s(network_, bytes_of(values), world()));
    return std::make_unique<Late>(inner_->all_reduce(std::move(values)), at);
  }
  std::unique_ptr<Pending> reduce_scatter(at::Tensor whole) override {
    const auto at = done_at(one_way_s(network_, bytes_of(whole), world()));
    return std::make_unique<Late>(inner_->reduce_scatter(std::move(whole)), at);
  }
  std::unique_ptr<Pending> all_gather(at::Tensor whole) override {
    const auto at = done_at(one_way_s(network_, bytes_of(whole), world()));
    return std::make_unique<Late>(inner_->all_gather(std::move(whole)), at);
  }
  std::unique_ptr<Collectives> group(const RankGroup& group) override {
    return delayed(inner_->group(group), network_);
  }

 private:
  static double bytes_of(const at::Tensor& tensor) { return static_cast<double>(tensor.nbytes()); }

  Clock::time_point done_at(double takes_s) {
    free_ = std::max(free_, Clock::now()) +
            std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(takes_s));
    return free_;
  }

  std::unique_ptr<Collectives> inner_;
  Network network_;
  Clock::time_point free_;  // when the link has sent what was handed to it
};

}  // namespace

double one_way_s(const Network& network, double bytes, int64_t world) {
  if (world == 1) { return 0; }
  const auto ranks = static_cast<double>(world);
  return network.latency_s + bytes * (ranks - 1) / ranks / network.bytes_per_s;
}

double all_reduce_s(const Network& network, double bytes, int64_t world) {
  return 2 * one_way_s(network, bytes, world);
}

std::unique_ptr<Collectives> delayed(std::unique_ptr<Collectives> inner, const Network& network) {
  return std::make_unique<Delayed>(std::move(inner), network);
}

}  // namespace enigma::parallel
