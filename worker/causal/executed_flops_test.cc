// FLOPs of backward where blocks are computed again, against those of the operators that run.
#include "model/executed_flops.h"

#include "model/causal/causal_model.h"
#include "worker/parallel/block_passes.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::model;

namespace {

constexpr int64_t kSequences = 3, kTokens = 20;

struct Nothing final : parallel::AroundBlocks {
  void before_forward(size_t) override {}
};

double executed_flops(CausalModel& model, parallel::Activations activations) {
  Nothing nothing;
  parallel::BlockPasses passes(nothing, model.blocks().size(), activations);
  model.run_blocks_by(&passes);
  const ExecutedFlops executed;
  model.loss(at::zeros({kSequences, kTokens + 1}, at::kLong)).backward();
  model.run_blocks_by(nullptr);
  return executed.flops();
}

}  // namespace

TEST_CASE("executed FLOPs: activations computed again cost the layers once more, not the head") {
  const CausalShape shape = causal_shape_of({.width = 32, .layers = 3, .heads = 4},
                                            {.vocabulary = 50, .tied_head = false});
  CausalModel model(shape, 0);
  const WindowFlops flops = count_flops(shape, kTokens);
  const double again = flops.training(true).executed - flops.training(false).executed;
  // The operator of attention is counted over all pairs here, whatever it leaves out.
  const double left_out = 4.0 * 3 * 32 * kTokens * (kTokens - 1) / 2;
  CHECK(executed_flops(model, parallel::Activations::recomputed) -
            executed_flops(model, parallel::Activations::kept) ==
        kSequences * (again + left_out));
}
