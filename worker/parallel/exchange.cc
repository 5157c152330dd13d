#include "worker/parallel/exchange.h"

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/variable.h>

#include <functional>
#include <utility>

namespace enigma::parallel {
namespace {

/// Called by autograd after a leaf's gradient has been added to.
class AfterLanding : public torch::autograd::FunctionPostHook {
 public:
  explicit AfterLanding(std::function<void()> call) : call_(std::move(call)) {}
  torch::autograd::variable_list operator()(const torch::autograd::variable_list& outputs,
                                            const torch::autograd::variable_list&) override {
    call_();
    return outputs;
  }

 private:
  std::function<void()> call_;
};

}  // namespace

/// A leaf's place in the graph of backward, with our hook on it.
struct Exchange::Landing {
  std::shared_ptr<torch::autograd::Node> node;
  uintptr_t hook;

  Landing(const at::Tensor& leaf, std::function<void()> call)
      : node(torch::autograd::impl::grad_accumulator(leaf)),
        hook(node->add_post_hook(std::make_unique<AfterLanding>(std::move(call)))) {}
  ~Landing() { node->del_post_hook(hook); }
  Landing(const Landing&) = delete;
  Landing& operator=(const Landing&) = delete;
};

Exchange::Exchange(Collectives& collectives, const FlatLayout& layout, at::Tensor gradients,
                   const std::vector<at::Tensor>& parameters, Schedule schedule)
    : collectives_(collectives),
      layout_(layout),
      gradients_(std::move(gradients)),
      schedule_(schedule),
      missing_(layout.buckets.size()) {
  if (collectives.world() == 1 || schedule == Schedule::bucketed) { return; }
  for (size_t b = 0; b < layout.buckets.size(); ++b) {
    for (const size_t p : layout.buckets[b].parameters) {
      landings_.push_back(std::make_unique<Landing>(parameters[p], [this, b] { landed(b); }));
    }
  }
}

Exchange::~Exchange() = default;

void Exchange::expect_last() {
  last_ = true;
  started_ = 0;
  for (size_t b = 0; b < missing_.size(); ++b) {
    missing_[b] = layout_.buckets[b].parameters.size();
  }
}

// All ranks start the buckets in one order, that in which backward ends them. A gradient that never
// lands (a parameter that a lane does not use) holds up those behind it until backward has ended.
void Exchange::landed(size_t bucket) {
  if (!last_) { return; }
  missing_[bucket] -= 1;
  while (started_ < layout_.order.size() && missing_[layout_.order[started_]] == 0) {
    start(layout_.order[started_]);
  }
}

void Exchange::start(size_t bucket) {
  const Bucket& one = layout_.buckets[bucket];
  const at::Tensor part = gradients_.narrow(0, one.offset, layout_.elements_of(one));
  pending_.push_back(is_scattered() ? collectives_.reduce_scatter(part)
                                    : collectives_.all_reduce(part));
  started_ += 1;
}

void Exchange::start_rest() {
  if (collectives_.world() == 1) { return; }
  if (!last_) { started_ = 0; }
  while (started_ < layout_.order.size()) { start(layout_.order[started_]); }
  last_ = false;
}

void Exchange::wait() {
  for (const auto& one : pending_) { one->wait(); }
  pending_.clear();
}

void Exchange::gather(const at::Tensor& values, const Bucket& bucket) {
  gathers_.push_back(
      collectives_.all_gather(values.narrow(0, bucket.offset, layout_.elements_of(bucket))));
}

void Exchange::wait_for_gathers(size_t left) {
  for (; gathers_.size() > left; gathers_.pop_front()) { gathers_.front()->wait(); }
}

}  // namespace enigma::parallel
