#include "worker/training.h"

#include <cstdio>
#include <numeric>
#include <vector>

namespace enigma::worker {
namespace {

std::vector<size_t> every_session(const Corpus& corpus) {
  std::vector<size_t> all(corpus.sessions.size());
  std::iota(all.begin(), all.end(), size_t{0});
  return all;
}

std::map<size_t, Rates> rates_of_all(const Corpus& corpus) {
  std::map<size_t, Rates> rates;
  for (size_t s = 0; s < corpus.sessions.size(); ++s) {
    rates.emplace(s, rates_of(corpus.sessions[s], corpus.rule));
  }
  return rates;
}

}  // namespace

Training::Training(const Environment& environment_, const sweeps::PointFile& file_,
                   const Device& device_, Reporter& reporter_,
                   const volatile std::sig_atomic_t& stop_asked_)
    : environment(environment_),
      file(file_),
      device(device_),
      reporter(reporter_),
      stop_asked(stop_asked_),
      corpus(open_corpus(file.point, environment.data)),
      shape(model::shape_of(file.point.size, corpus.inputs.window)),
      rates(rates_of_all(corpus)),
      strategies(
          resolve_strategies(file.point.training_strategies, shape, corpus, every_session(corpus))),
      evaluation(
          corpus,
          resolve_strategies(file.point.evaluation_strategies, shape, corpus, corpus.evaluated),
          rates, file.point.windows_per_lane),
      learner(file.point, corpus, rates) {
  const Start start = find_start(environment.run_dir, environment.start);
  for (const std::string& torn : start.torn) {
    std::fprintf(stderr, "checkpoint passed over: %s\n", torn.c_str());
  }
  state = start.state;
  if (!start.folder.empty()) { read_shards(learner, corpus, start.folder); }
  saved = !start.folder.empty();
}

}  // namespace enigma::worker
