// enigma-worker predict: what a trained model predicts of recordings, for enigma-data score.
#include "diagnostics/diagnostic.h"
#include "worker/brain/predictions.h"
#include "worker/cli/trained.h"
#include "worker/cli/verbs.h"
#include "worker/ending.h"
#include "worker/shards.h"

#include <ATen/Parallel.h>

#include <cstdio>

namespace enigma::worker {
namespace {

namespace po = boost::program_options;

po::options_description options() {
  po::options_description known("Options");
  add_trained_options(known, "safetensors file to write");
  known.add_options()("strategy", po::value<std::string>(),
                      "evaluation strategy (default: the point's first)");
  return known;
}

void write_predictions(const Trained& trained) {
  Brain brain({trained.point, trained.data, at::TensorOptions(at::kFloat)});
  read_parameters(brain, trained.checkpoint);
  const std::string strategy = brain.evaluation().strategies().names[0];
  const std::string tier = brain.evaluation().tier();
  model::write_tensors(trained.out, predictions_of(brain),
                       {{"strategy", strategy}, {"tier", tier}});
  std::printf("%s: strategy %s, tier %s\n", trained.out.c_str(), strategy.c_str(), tier.c_str());
}

}  // namespace

int predict(const cli::Call& call) {
  const auto values = cli::parse_options(
      call, "predict --checkpoint DIR --data DIR --out FILE [options]", options());
  if (!values) { return cli::kDone; }
  at::set_num_threads(1);
  Trained trained = trained_of(*values);
  if (trained.point.family != "brain") {
    refuse(trained.checkpoint.string(), "a model of the family '" + trained.point.family + "'",
           "the family 'brain'");
  }
  if (values->count("strategy") > 0) {
    trained.point.evaluation_strategies = {(*values)["strategy"].as<std::string>()};
  }
  try {
    write_predictions(trained);
  } catch (const Ending& ending) { refuse("predict", ending.what(), "a model and its recordings"); }
  return cli::kDone;
}

}  // namespace enigma::worker
