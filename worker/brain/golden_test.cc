// Three steps of the published optimiser on the published model: parameters afterwards as stored
// (ENIGMA_SHARED/golden, `step3`). Skipped, visibly, where the folder is absent.
#include "files/atomic_file.h"
#include "model/brain/golden_fixture.h"
#include "model/brain/losses.h"
#include "worker/optimizer/replicated_optimizer.h"
#include "worker/optimizer/session_optimizer.h"

#include <nlohmann/json.hpp>

using namespace enigma;
using namespace enigma::model::golden;
using namespace enigma::worker;

namespace {

constexpr double kSharedRate = 7e-4, kSessionRate = 3e-3;

model::BrainModel tiny_model() {
  return model::BrainModel(tiny_shape(), {{"s1", "m1", 24}, {"s2", "m2", 17}}, {"m1", "m2"}, 0);
}

nlohmann::json stored_steps(const char* name) {
  const auto fixtures = nlohmann::json::parse(read_file(golden_folder() / "fixtures.json"));
  return fixtures.at("tiny").at("cases").at(name).at("steps");
}

void check_parameters(const std::vector<model::NamedTensor>& parameters, const Tensors& weights,
                      const Tensors& expected) {
  int moved = 0;
  for (const model::NamedTensor& p : parameters) {
    CAPTURE(p.name);
    const auto stored = expected.find("step3." + p.name);
    if (stored == expected.end()) {
      CHECK(at::equal(p.tensor.detach(), weights.at(p.name)));
      continue;
    }
    CHECK(largest_error(p.tensor, stored->second) < 5e-6);
    ++moved;
  }
  CHECK(moved > 40);
}

double step_session(SessionOptimizer& optimizer, double learning_rate) {
  const double norm = optimizer.norm();
  optimizer.step(learning_rate, norm);
  return norm;
}

}  // namespace

TEST_CASE("golden: three optimiser steps end at the published parameters") {
  if (skipped("golden optimiser steps")) { return; }
  const Tensors weights = load("tiny_weights");
  for (const Case& c : cases()) {
    CAPTURE(std::string(c.name));
    model::BrainModel model = tiny_model();
    const auto parameters = all_parameters(model);
    load_weights(parameters, weights);
    const auto no_peers = parallel::alone();
    ReplicatedOptimizer shared(model.shared_parameters(), {}, *no_peers);
    SessionOptimizer session(model.session_parameters(c.session), session_adamw());
    const model::Batch batch = tiny_batch(c.session);
    const auto resolution =
        model::resolve_as_written(c.strategy, model.shape(), batch.neuron_ids.size(1));
    REQUIRE_MESSAGE(resolution.strategy, resolution.why);
    for (const auto& step : stored_steps(c.name)) {
      const model::Losses losses = model::losses_of(model.forward(batch, *resolution.strategy));
      losses.total.backward();
      const auto near = [](double value) { return doctest::Approx(value).epsilon(1e-5); };
      CHECK(losses.total.item<double>() == near(step.at("loss")));
      CHECK(step_session(session, kSessionRate) == near(step.at("rank_grad_norm")));
      CHECK(sum_and_step(shared, {.adamw = kSharedRate}, 1) == near(step.at("shared_grad_norm")));
    }
    check_parameters(parameters, weights, load(std::string("tiny_") + c.name));
  }
}
