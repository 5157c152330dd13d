#include "worker/brain/predictions.h"

#include <ATen/ATen.h>

#include <limits>
#include <map>
#include <string>

namespace enigma::worker {
namespace {

/// Batches of one session laid out by window, sample and neuron.
struct SessionTensors {
  std::vector<at::Tensor> predictions, responses, times;
};

at::Tensor times_of(const Predicted& some, const recordings::WindowRule& rule) {
  const at::Tensor starts = at::tensor(some.starts_s, at::kDouble).unsqueeze(1);
  return starts + at::arange(rule.samples, at::kDouble) / rule.rate_hz;
}

/// Of the neurons of the sessions before each.
std::vector<int64_t> first_neurons(const Corpus& corpus) {
  std::vector<int64_t> firsts = {0};
  for (const CorpusSession& session : corpus.sessions) {
    firsts.push_back(firsts.back() + session.ref.neurons);
  }
  return firsts;
}

}  // namespace

at::Tensor laid_out(const at::Tensor& elements, const Predicted& some, int64_t samples,
                    int64_t neurons) {
  const int64_t windows = elements.size(0);
  const at::Tensor flat =
      at::full({windows, samples * neurons}, std::numeric_limits<float>::quiet_NaN(), at::kFloat);
  const at::Tensor places = some.positions.unsqueeze(0) * neurons + some.ids;  // (windows, K)
  return at::scatter(flat, 1, places, elements).view({windows, samples, neurons});
}

model::Tensors predictions_of(Brain& brain) {
  const Corpus& corpus = brain.corpus();
  const std::vector<int64_t> firsts = first_neurons(corpus);
  model::Tensors tensors;
  std::map<size_t, SessionTensors> sessions;
  int64_t batches = 0;
  brain.evaluation().predict(brain.model(), 0, [&](const Predicted& some) {
    const std::string batch = "batch" + std::to_string(batches++) + ".";
    tensors[batch + "preds"] = some.predictions;
    tensors[batch + "target"] = some.labels;
    tensors[batch + "neuron_ids"] = some.ids + firsts[some.session];
    const int64_t neurons = corpus.sessions[some.session].ref.neurons;
    SessionTensors& session = sessions[some.session];
    session.predictions.push_back(laid_out(some.predictions, some, corpus.rule.samples, neurons));
    session.responses.push_back(laid_out(some.labels, some, corpus.rule.samples, neurons));
    session.times.push_back(times_of(some, corpus.rule));
  });
  for (const auto& [index, session] : sessions) {
    const std::string name = corpus.sessions[index].ref.name + "/";
    tensors[name + "predictions"] = at::cat(session.predictions);
    tensors[name + "responses"] = at::cat(session.responses);
    tensors[name + "times"] = at::cat(session.times);
  }
  return tensors;
}

}  // namespace enigma::worker
