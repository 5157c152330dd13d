#include "worker/brain/repeated_windows.h"

#include "recordings/format/trial.h"
#include "recordings/generate/generate.h"
#include "recordings/manifest.h"
#include "worker/run_fixture.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <algorithm>

using namespace enigma;
using namespace enigma::worker;

namespace {

/// An invented session whose test tier shows clips several times, some windows a trial.
struct World {
  RunFolder folder{"repeats"};
  sweeps::Point point;
  Corpus corpus;

  World() {
    recordings::generate::generate(
        {.out = folder.path / "data", .sessions = 1, .animals = 1, .neurons = 6, .minutes = 3});
    const auto manifest = recordings::inspect(folder.path / "data", {});
    const auto& info = manifest.sessions.at(0);
    point.sessions = {{info.name, info.digest, info.neurons, info.animal}};
    point.evaluation_sessions = point.sessions;
    point.rule = recordings::natural_rule(manifest);
    corpus = open_corpus(point, folder.path / "data");
  }

  std::vector<std::string> test_clips() const {
    const auto trials =
        recordings::read_trials(folder.path / "data" / point.sessions[0].name / "screen");
    std::vector<std::string> clips;
    for (const recordings::Trial& trial : *trials.value) {
      if (trial.tier == "test") { clips.push_back(trial.stimulus_name); }
    }
    return clips;
  }
};

/// Every sample of every neuron of the test windows, with what was measured as labels.
Predicted all_of(const Corpus& corpus) {
  const CorpusSession& session = corpus.sessions[0];
  const int64_t samples = corpus.rule.samples, neurons = session.ref.neurons;
  Predicted some{0, session.session.disjoint_window_starts_s("test", corpus.rule)};
  const auto windows = static_cast<int64_t>(some.starts_s.size());
  some.labels = at::empty({windows, samples * neurons}, at::kFloat);
  for (int64_t w = 0; w < windows; ++w) {
    session.session.read_responses(some.starts_s[static_cast<size_t>(w)], corpus.rule,
                                   {some.labels.data_ptr<float>() + w * samples * neurons,
                                    static_cast<size_t>(samples * neurons)});
  }
  some.predictions = some.labels * 0.5 + at::arange(samples * neurons, at::kFloat).sin() * 0.01;
  some.positions = at::arange(samples, at::kLong).repeat_interleave(neurons);
  some.ids = at::arange(neurons, at::kLong).repeat({windows, samples});
  return some;
}

/// The same by the trials' names; all trials hold as many windows, one behind the other.
recordings::scores::RepeatedTrials trials_of(const Predicted& some,
                                             const std::vector<std::string>& clips, int64_t samples,
                                             int64_t neurons) {
  recordings::scores::RepeatedTrials trials{.neurons = neurons};
  const auto flat = [](const at::Tensor& x) {
    const at::Tensor wide = x.to(at::kDouble).flatten();
    return std::vector<double>(wide.data_ptr<double>(), wide.data_ptr<double>() + wide.numel());
  };
  trials.responses = flat(some.labels), trials.predictions = flat(some.predictions);
  const size_t windows = some.starts_s.size() / clips.size();
  for (size_t w = 0; w < some.starts_s.size(); ++w) {
    const auto clip = std::find(clips.begin(), clips.end(), clips[w / windows]) - clips.begin();
    const int64_t place = clip * static_cast<int64_t>(windows) + static_cast<int64_t>(w % windows);
    for (int64_t sample = 0; sample < samples; ++sample) {
      trials.stimulus.push_back(place * samples + sample);
    }
  }
  return trials;
}

}  // namespace

TEST_CASE("repeated windows: scores are those of the trials by their clips' names") {
  World world;
  const Predicted some = all_of(world.corpus);
  const auto clips = world.test_clips();
  REQUIRE(some.starts_s.size() % clips.size() == 0);
  RepeatedWindows windows(world.corpus);
  windows.add(some);
  const RepeatScore score = windows.score();
  const auto expected = recordings::scores::score_repeats(
      trials_of(some, clips, world.corpus.rule.samples, world.point.sessions[0].neurons));
  const auto feve = recordings::scores::mean_feve(expected);
  REQUIRE(feve.kept > 0);
  REQUIRE(score.feve);
  CHECK(*score.feve == doctest::Approx(feve.mean));
  CHECK(score.feve_neurons == feve.kept);
  REQUIRE(score.ccnorm);
  double sum = 0;
  int64_t count = 0;
  for (const double value : expected.ccnorm) {
    if (std::isfinite(value)) { sum += value, ++count; }
  }
  CHECK(*score.ccnorm == doctest::Approx(sum / static_cast<double>(count)));
  CHECK(score.ccnorm_neurons == count);
}

TEST_CASE("repeated windows: where every clip is shown once there is no score") {
  World world;
  Predicted some = all_of(world.corpus);
  some.starts_s.resize(1);
  some.predictions = some.predictions.narrow(0, 0, 1);
  some.labels = some.labels.narrow(0, 0, 1);
  some.ids = some.ids.narrow(0, 0, 1);
  RepeatedWindows windows(world.corpus);
  windows.add(some);
  CHECK_FALSE(windows.score().feve);
  CHECK_FALSE(windows.score().ccnorm);
  CHECK(windows.score().feve_neurons == 0);
}
