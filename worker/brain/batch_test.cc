// Batches against the plain reads of Session, and what a step's batch depends on.
#include "worker/brain/batch.h"

#include "files/atomic_file.h"
#include "recordings/format/npy.h"
#include "recordings/generate/generate.h"
#include "recordings/manifest.h"
#include "worker/loader.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <unistd.h>

namespace fs = std::filesystem;
using namespace enigma;
using namespace enigma::worker;

namespace {

/// Two small invented sessions of different sizes; the second has a phase shift per neuron.
struct World {
  fs::path path = fs::temp_directory_path() / ("enigma-loader-" + std::to_string(getpid()));
  sweeps::Point point;

  World() {
    recordings::generate::generate(
        {.out = path, .sessions = 2, .animals = 2, .neurons = 12, .minutes = 2});
    shift_phases(path / "mouse02-session002" / "responses");
    const auto manifest = recordings::inspect(path, {});
    for (const auto& info : manifest.sessions) {
      point.sessions.push_back({info.name, info.digest, info.neurons, info.animal});
    }
    point.evaluation_sessions = {point.sessions.back()};
    point.rule = recordings::natural_rule(manifest);
    point.size = {.width = 16, .layers = 1, .heads = 2};
    point.lanes = 2;
    point.windows_per_lane = 3;
  }
  ~World() { fs::remove_all(path); }

  static void shift_phases(const fs::path& folder) {
    std::string meta = read_file(folder / "meta.yml");
    const std::string off = "phase_shift_per_signal: false";
    meta.replace(meta.find(off), off.size(), "phase_shift_per_signal: true");
    write_atomically(folder / "meta.yml", meta);
    fs::create_directories(folder / "meta");
    std::vector<double> shifts_s;
    for (int i = 0; i < 12; ++i) { shifts_s.push_back(0.01 * i); }
    write_atomically(folder / "meta" / "phase_shifts.npy",
                     recordings::npy_bytes(recordings::NumberType::f64, {12}, shifts_s.data()));
  }
};

const World& world() {
  static const World shared;
  return shared;
}

struct Setting {
  Corpus corpus = open_corpus(world().point, world().path);
  model::ModelShape shape = model::shape_of(world().point.size, corpus.inputs.window);
  StrategyTable strategies = resolve_strategies({"population"}, shape, corpus, {0, 1});
  DrawPlan plan{.seed = 5, .lanes = 2, .windows_per_lane = 3};
};

std::unique_ptr<StepReader> reader_of(const Setting& setting) {
  return std::make_unique<BrainReader>(setting.corpus, setting.shape, setting.strategies,
                                       setting.plan);
}

std::unique_ptr<BrainBatch> brain(std::unique_ptr<StepBatch> batch) {
  return std::unique_ptr<BrainBatch>(dynamic_cast<BrainBatch*>(batch.release()));
}

float standardized(float x, const recordings::gather::Scaling& scaling, size_t channel) {
  const float y = (x - static_cast<float>(scaling.mean[channel])) *
                  static_cast<float>(1 / scaling.deviation[channel]);
  return std::isnan(y) ? 0 : y;
}

/// A session's window as a batch should hold it, by Session's plain reads.
struct PlainWindow {
  std::vector<float> responses, video, behavior;

  PlainWindow(const Corpus& corpus, const CorpusSession& source, double start_s,
              const std::vector<int64_t>& order) {
    const auto samples = static_cast<size_t>(corpus.rule.samples), n = order.size();
    std::vector<float> rows(samples * static_cast<size_t>(source.session.neurons()));
    source.session.read_responses(start_s, corpus.rule, rows);
    for (size_t k = 0; k < samples; ++k) {
      for (int64_t neuron : order) {
        responses.push_back(rows[k * rows.size() / samples + size_t(neuron)]);
      }
    }
    REQUIRE(responses.size() == samples * n);
    video.resize(samples * 36 * 64);
    source.session.read_video(start_s, corpus.rule, video);
    for (float& level : video) { level = standardized(level, source.video, 0); }
    read_behavior(corpus, source, start_s);
  }

  void read_behavior(const Corpus& corpus, const CorpusSession& source, double start_s) {
    for (size_t m = 0; m < corpus.inputs.behavior.size(); ++m) {
      const auto signals = source.behavior[m].mean.size();
      std::vector<float> rows(40 * signals);
      source.session.read_sequence(corpus.inputs.behavior[m], start_s, 40, 20, rows);
      for (size_t c = 0; c < signals; ++c) {
        for (size_t k = 0; k < 40; ++k) {
          behavior.push_back(standardized(rows[k * signals + c], source.behavior[m], c));
        }
      }
    }
  }
};

void check_equal(const at::Tensor& tensor, const std::vector<float>& plain) {
  const at::Tensor flat = tensor.contiguous().flatten();
  REQUIRE(flat.numel() == static_cast<int64_t>(plain.size()));
  REQUIRE(std::equal(plain.begin(), plain.end(), flat.data_ptr<float>()));
}

}  // namespace

TEST_CASE("loader: a batch holds what plain reads of its windows give") {
  const Setting setting;
  BrainReader reader(setting.corpus, setting.shape, setting.strategies, setting.plan);
  std::set<size_t> seen;
  for (int64_t step = 0; step < 6; ++step) {
    const auto batch = brain(reader.read(step));
    for (int64_t l = 0; l < 2; ++l) {
      const LaneBatch& lane = batch->of_lane[static_cast<size_t>(l)];
      const LaneDraw draw = draw_lane(
          5, l, 2, step,
          {setting.corpus.sessions[0].starts_s.size(), setting.corpus.sessions[1].starts_s.size()},
          3);
      CHECK(lane.session == draw.session);
      seen.insert(lane.session);
      const CorpusSession& source = setting.corpus.sessions[lane.session];
      for (int64_t w = 0; w < 3; ++w) {
        const at::Tensor ids = lane.batch.neuron_ids[w];
        const std::vector<int64_t> order(ids.data_ptr<int64_t>(),
                                         ids.data_ptr<int64_t>() + ids.numel());
        const PlainWindow plain(setting.corpus, source, source.starts_s[draw.windows[size_t(w)]],
                                order);
        check_equal(lane.batch.responses[w], plain.responses);
        check_equal(lane.batch.video[w], plain.video);
        check_equal(lane.batch.behavior[w], plain.behavior);
      }
    }
  }
  CHECK(seen.size() == 2);
}

TEST_CASE("loader: a step's batch does not depend on where reading began, nor on its memory") {
  const Setting setting;
  const auto load = [&](int64_t first) { return Loader(reader_of(setting), first, 30); };
  Loader from_start = load(0), later = load(23);
  std::unique_ptr<BrainBatch> a;
  for (int i = 0; i < 24; ++i) {
    a = brain(from_start.next());  // buffers are used again and again
  }
  const auto b = brain(later.next());
  CHECK(a->step == 23);
  CHECK(b->step == 23);
  CHECK(a->strategy == b->strategy);
  for (size_t lane = 0; lane < 2; ++lane) {
    CHECK(a->of_lane[lane].session == b->of_lane[lane].session);
    CHECK(at::equal(a->of_lane[lane].batch.responses, b->of_lane[lane].batch.responses));
    CHECK(at::equal(a->of_lane[lane].batch.neuron_ids, b->of_lane[lane].batch.neuron_ids));
    CHECK(at::equal(a->of_lane[lane].batch.video, b->of_lane[lane].batch.video));
    CHECK(at::equal(a->of_lane[lane].batch.behavior, b->of_lane[lane].batch.behavior));
    CHECK(std::abs(a->of_lane[lane].batch.video.mean().item<double>()) < 3);
  }
}

TEST_CASE("loader: a batch that is still looked at is not written over") {
  const Setting setting;
  Loader loader(reader_of(setting), 0, 40);
  const auto kept = brain(loader.next());
  const at::Tensor copy = kept->of_lane[0].batch.responses.clone();
  for (int i = 0; i < 39; ++i) { loader.next(); }
  CHECK(at::equal(kept->of_lane[0].batch.responses, copy));
}
