#include "sweeps/brain_family.h"

#include "model/brain/shape/strategy.h"
#include "sweeps/brain_checks.h"
#include "sweeps/brain_cost.h"

namespace enigma::sweeps {
namespace {

constexpr const char* kVideoLayout = "model.video_layout";

class BrainFamily : public Family {
 public:
  const char* name() const override { return "brain"; }

  std::vector<Setting> settings() const override {
    return {{kVideoLayout,
             "windows of the published video encoder: as published, where every token sees all "
             "frames, or within one time step, as new specs of published sizes mean",
             false, Role::identity, own_word(kVideoLayout, {"published", "causal_windows"})},
            {"train.bias", "where neurons' biases begin: at their mean rates, or at 0 as published",
             false, Role::identity,
             one_of(&Point::bias, std::vector{NeuronBias::rates, NeuronBias::published})},
            {"train.strategies", "masking strategies that training draws from, one a step", false,
             Role::identity, training_strategies()}};
  }
  const std::vector<std::string>& size_names() const override {
    return model::published_size_names();
  }
  std::optional<std::string> check_size(const model::ModelSize& size) const override {
    return model::check_size(size);
  }
  model::ModelSize spelled_out(const model::ModelSize& size) const override {
    return model::shape_of(size, {}).size;
  }
  void settle(Point& point) const override {
    if (point.size.name.empty()) {
      point.own.erase(kVideoLayout);  // small models have patches
    } else {
      point.own.try_emplace(kVideoLayout, "causal_windows");
    }
  }
  const std::vector<std::string>& strategy_names() const override {
    return model::strategy_names();
  }

  recordings::Manifest inspect(const Spec& spec, const std::filesystem::path& data,
                               const std::filesystem::path& cache) const override {
    recordings::InspectOptions options;
    options.cache = cache;
    options.digests = false;
    const auto first = recordings::inspect(data, options);
    options.digests = true;
    options.rule = rule_of(spec, first);
    return recordings::inspect(data, options);
  }

  recordings::WindowRule rule_of(const Spec& spec,
                                 const recordings::Manifest& manifest) const override {
    return sweeps::rule_of(spec, manifest);
  }

  std::vector<Diagnostic> check_sets(const Spec& spec, const SessionSets& sets,
                                     const recordings::Manifest& manifest) const override {
    std::vector<Diagnostic> diagnostics = check_containment(spec, sets, manifest);
    for (Diagnostic& one : check_readable(spec, sets, manifest)) {
      diagnostics.push_back(std::move(one));
    }
    return diagnostics;
  }

  std::vector<Diagnostic> check_points(const Spec& spec, const SessionSets& sets,
                                       const recordings::Manifest& manifest,
                                       const std::vector<SweepPoint>& points) const override {
    std::vector<Diagnostic> diagnostics = check_windows(spec, sets, manifest);
    if (points.empty()) { return diagnostics; }
    for (Diagnostic& one : check_evaluation(spec, points.front().point, manifest)) {
      diagnostics.push_back(std::move(one));
    }
    return diagnostics;
  }

  Parsed<TrainingCost> cost(const Spec& spec, const SweepPoint& point,
                            const std::vector<recordings::SessionInfo>& sessions) const override {
    return brain_cost(spec, point, sessions);
  }
};

}  // namespace

model::VideoLayout video_layout_of(const Point& point) {
  return own_word_of(point, kVideoLayout, "published") == "published"
             ? model::VideoLayout::published
             : model::VideoLayout::causal_windows;
}

const Family& brain_family() {
  static const BrainFamily family;
  return family;
}

}  // namespace enigma::sweeps
