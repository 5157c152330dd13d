#include "worker/brain/evaluation.h"

#include "model/brain/losses.h"
#include "worker/brain/batch.h"
#include "worker/brain/correlation.h"
#include "worker/brain/draw.h"
#include "worker/ending.h"

#include <ATen/Functions.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

namespace enigma::worker {
namespace {

// A session's stream of evaluation orders: its digest, so that neither the point's seed nor the
// other sessions of a subset change what is asked of the model.
uint64_t stream_of(const sweeps::SessionRef& ref) {
  uint64_t stream = 0;
  const size_t digits = std::min<size_t>(16, ref.digest.size());
  std::from_chars(ref.digest.data(), ref.digest.data() + digits, stream, 16);
  return stream;
}

template <typename T>
std::span<const T> values(const at::Tensor& contiguous) {
  return {contiguous.data_ptr<T>(), static_cast<size_t>(contiguous.numel())};
}

std::optional<double> finite(double value) {
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

}  // namespace

struct Evaluation::SessionScore {
  double loss = 0, baseline = 0, elements = 0;
  SessionCorrelation correlation;

  explicit SessionScore(int64_t neurons) : correlation(neurons) {}

  /// Calls `visit` for each number that this score consists of, in one order.
  template <typename Visit>
  void for_each_number(const Visit& visit) {
    visit(loss), visit(baseline), visit(elements);
    for (recordings::scores::PairMoments& pair : correlation.pairs()) {
      visit(pair.count), visit(pair.mean_x), visit(pair.mean_y);
      visit(pair.m2_x), visit(pair.m2_y), visit(pair.c2);
    }
  }
};

Rates rates_of(const CorpusSession& session, const recordings::WindowRule& rule) {
  const int64_t from = first_target_sample(rule.samples);
  return {session.session.response_moments("train", rule, from, rule.samples).mean,
          session.session.response_moments("train", rule, 0, rule.samples).mean};
}

Evaluation::Evaluation(const Corpus& corpus, StrategyTable strategies,
                       const std::map<size_t, Rates>& rates, int64_t windows_per_batch,
                       const std::string& tier)
    : corpus_(corpus), strategies_(std::move(strategies)), windows_per_batch_(windows_per_batch) {
  choose_tier(tier.empty() ? std::vector<std::string>{"test", "validation"} : std::vector{tier});
  for (EvaluatedSession& session : sessions_) {
    session.baseline = at::tensor(rates.at(session.index).targets).to(at::kFloat);
  }
  for (size_t k = 0; k < strategies_.names.size(); ++k) {
    for (const EvaluatedSession& session : sessions_) {
      if (strategies_.resolved[k][session.index].targets.empty()) {
        throw Ending(protocol::ExitCode::bad_point,
                     "evaluation strategy '" + strategies_.names[k] +
                         "' reconstructs no responses, so it has no test loss");
      }
    }
  }
}

void Evaluation::choose_tier(const std::vector<std::string>& tiers) {
  for (const std::string& tier : tiers) {
    tier_ = tier;
    sessions_.clear();
    for (size_t index : corpus_.evaluated) {
      sessions_.push_back(
          {index,
           corpus_.sessions[index].session.disjoint_window_starts_s(tier_, corpus_.rule),
           {}});
    }
    if (!sessions_.empty() && std::none_of(sessions_.begin(), sessions_.end(),
                                           [](const auto& s) { return s.starts_s.empty(); })) {
      return;
    }
  }
  throw Ending(protocol::ExitCode::bad_data,
               "not every evaluation session has a window in tier " + tiers.front() +
                   (tiers.size() > 1 ? " (or in tier validation)" : ""));
}

std::vector<protocol::Eval> Evaluation::run(model::BrainModel& model, int64_t step,
                                            const parallel::Ranks& ranks, const Watch& watch) {
  const at::NoGradGuard guard;
  std::vector<protocol::Eval> reports;
  for (size_t k = 0; k < strategies_.names.size(); ++k) {
    reports.push_back(evaluate(model, k, step, ranks, watch));
  }
  return reports;
}

int64_t Evaluation::windows() const {
  size_t windows = 0;
  for (const EvaluatedSession& session : sessions_) { windows += session.starts_s.size(); }
  return static_cast<int64_t>(windows * strategies_.names.size());
}

void Evaluation::score(model::BrainModel& model, size_t strategy, const EvaluatedSession& session,
                       const Watch& watch, SessionScore& score) {
  predict_session(model, strategy, session, [&](const Predicted& some) {
    const at::Tensor means =
        session.baseline.index_select(0, some.ids.flatten()).view(some.ids.sizes());
    score.loss +=
        model::element_losses(some.predictions, some.labels).sum(at::kDouble).item<double>();
    score.baseline += model::element_losses(means, some.labels).sum(at::kDouble).item<double>();
    score.elements += static_cast<double>(some.labels.numel());
    score.correlation.add(values<float>(some.predictions), values<float>(some.labels),
                          values<int64_t>(some.ids));
    if (watch) { watch(strategy, some); }
  });
}

namespace {

// What a rank has not scored is 0 there, so that the sum over ranks is exact.
template <typename Scores>
void share(Scores& scores, const parallel::Ranks& ranks) {
  std::vector<double> numbers;
  for (auto& score : scores) {
    score.for_each_number([&](auto& number) { numbers.push_back(static_cast<double>(number)); });
  }
  at::Tensor all = at::tensor(numbers, at::kDouble);
  ranks.complete(all);
  const double* next = all.const_data_ptr<double>();
  for (auto& score : scores) {
    score.for_each_number(
        [&](auto& number) { number = static_cast<std::decay_t<decltype(number)>>(*next++); });
  }
}

}  // namespace

protocol::Eval Evaluation::evaluate(model::BrainModel& model, size_t strategy, int64_t step,
                                    const parallel::Ranks& ranks, const Watch& watch) {
  std::vector<SessionScore> scores;
  for (const EvaluatedSession& session : sessions_) {
    scores.emplace_back(corpus_.sessions[session.index].ref.neurons);
    if (ranks.owns(lane_of_session(session.index, ranks.lanes))) {
      score(model, strategy, session, watch, scores.back());
    }
  }
  share(scores, ranks);
  double loss = 0, baseline = 0, elements = 0;
  std::vector<SessionCorrelation> correlations;
  for (SessionScore& score : scores) {
    loss += score.loss, baseline += score.baseline, elements += score.elements;
    correlations.push_back(std::move(score.correlation));
  }
  const PopulationCorrelation correlation = population(correlations);
  return {.step = step,
          .strategy = strategies_.names[strategy],
          .tier = tier_,
          .loss = loss / elements,
          .baseline_loss = baseline / elements,
          .correlation = finite(correlation.mean),
          .se = finite(correlation.standard_error),
          .n = correlation.neurons};
}

void Evaluation::predict(model::BrainModel& model, size_t strategy,
                         const std::function<void(const Predicted&)>& take) {
  const at::NoGradGuard guard;
  for (const EvaluatedSession& session : sessions_) {
    predict_session(model, strategy, session, take);
  }
}

void Evaluation::predict_session(model::BrainModel& model, size_t strategy,
                                 const EvaluatedSession& session,
                                 const std::function<void(const Predicted&)>& take) {
  const CorpusSession& source = corpus_.sessions[session.index];
  const model::ResolvedStrategy& resolved = strategies_.resolved[strategy][session.index];
  const int64_t kept = sweeps::kept_neurons(model.shape(), source.info);
  Staging staging;
  const auto stride = static_cast<size_t>(windows_per_batch_);
  for (size_t first = 0; first < session.starts_s.size(); first += stride) {
    const size_t end = std::min(first + stride, session.starts_s.size());
    std::vector<std::vector<int64_t>> orders;
    for (size_t window = first; window < end; ++window) {
      CounterRandom random = random_of(0, stream_of(source.ref), window);
      orders.push_back(draw_permutation(random, source.ref.neurons, kept));
    }
    Predicted some{session.index,
                   {session.starts_s.begin() + static_cast<ptrdiff_t>(first),
                    session.starts_s.begin() + static_cast<ptrdiff_t>(end)}};
    const model::Batch batch = read_batch(staging, corpus_, session.index, some.starts_s, orders);
    const model::Output output = model.forward(model::on(model.tensors(), batch), resolved);
    const auto host = [](const at::Tensor& x) { return x.to(at::kCPU, at::kFloat).contiguous(); };
    some.predictions = host(output.predictions), some.labels = host(output.labels);  // (B, K)
    some.ids = output.neuron_ids.cpu().contiguous();
    some.positions = output.positions.cpu();
    take(some);
  }
}

}  // namespace enigma::worker
