#include "sweeps/setting.h"

#include "sweeps/family.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <set>

namespace enigma::sweeps {
namespace {

constexpr int64_t kStepsMax = 1'000'000'000;
constexpr int64_t kBatchMax = 1'000'000;
constexpr int64_t kRanksMax = 1'000'000;
constexpr Range kEpsilon{0, 1, true, "a positive number of at most 1"};
constexpr Range kBeta{0, 0.999999, false, "a number of at least 0 and at most 0.999999"};
constexpr Range kLearningRate{0, 10, true, "a positive number of at most 10"};
constexpr int64_t kSpikesMax = 1'000'000;
constexpr Range kDeviations{0, 1000, true, "a positive number of at most 1000"};
constexpr auto kIdentity = Role::identity;

std::vector<Setting> settings_of_all() {
  return {
      {"budget.flops", "training FLOPs of a run; it makes the whole steps that come nearest", true,
       kIdentity, real_number(&Point::budget_flops, kPositive)},
      {"data.sessions", "the sessions to train on", true, kIdentity, session_set()},
      {"model.family", "which model", false, kIdentity, one_word(&Point::family, family_names())},
      {"model.size", "how large it is: a published size, or one of your own", true, kIdentity,
       model_size()},
      {"parallel.form",
       "where the parameters that all sessions share are: whole on every rank, cut over all ranks, "
       "or cut over some and copied",
       false, Role::placement,
       one_of(&Point::form, std::vector{Form::replicate, Form::shard, Form::hybrid})},
      {"parallel.schedule",
       "of the form replicate, how gradients are summed over ranks: after backward, while it runs, "
       "or so that each rank steps its part",
       false, Role::placement,
       one_of(&Point::schedule,
              std::vector{Schedule::bucketed, Schedule::overlapped, Schedule::scattered})},
      {"parallel.shard_ranks",
       "of the form hybrid: neighbouring ranks that share a copy of the model", false,
       Role::placement, whole_number(&Point::shard_ranks, 1, kRanksMax)},
      {"schedule.decay_steps", "last steps, in which the learning rates fall linearly to 0", false,
       kIdentity, whole_number(&Point::decay_steps, 0, kStepsMax)},
      {"schedule.warmup_steps", "first steps, in which the learning rates rise linearly", false,
       kIdentity, whole_number(&Point::warmup_steps, 0, kStepsMax)},
      {"train.accumulation",
       "parts that the windows of a lane are taken in, one after the other, which saves memory",
       false, Role::placement, whole_number(&Point::accumulation, 1, kBatchMax)},
      {"train.beta2", "AdamW's decay of the second moment: nearer to 1 averages over more steps",
       false, kIdentity, real_number(&Point::beta2, kBeta)},
      {"train.checkpointing",
       "what a block's backward needs of its forward pass: kept, or computed again, which costs "
       "time and saves memory",
       false, Role::placement,
       one_of(&Point::checkpointing, std::vector{Checkpointing::none, Checkpointing::blocks})},
      {"train.epsilon", "AdamW's epsilon", false, kIdentity,
       real_number(&Point::epsilon, kEpsilon)},
      {"train.lanes", "sessions in one step, one a lane", false, kIdentity,
       whole_number(&Point::lanes, 1, kBatchMax)},
      {"train.muon_lr", "learning rate of the matrices that Muon steps", false, kIdentity,
       real_number(&Point::muon_lr, kLearningRate)},
      {"train.optimizer", "of shared parameters; muon: matrices by Muon, the rest by AdamW", false,
       kIdentity, one_word(&Point::optimizer, {"adamw", "muon"})},
      {"train.precision", "of the forward and backward pass; weights stay float32", false,
       kIdentity, one_of(&Point::precision, std::vector{Precision::float32, Precision::bfloat16})},
      {"train.session_lr", "learning rate of what belongs to one session or animal", false,
       kIdentity, real_number(&Point::session_lr, kLearningRate)},
      {"train.shared_lr", "learning rate of what all sessions share", false, kIdentity,
       real_number(&Point::shared_lr, kLearningRate)},
      {"train.spike_deviations",
       "standard deviations by which a loss or a gradient's norm is above the mean of the steps "
       "before it, where it is a spike",
       false, kIdentity, real_number(&Point::spike_deviations, kDeviations)},
      {"train.spikes",
       "what becomes of a spike, and of what is not finite: that alone ends the run, the step is "
       "left out, or the run goes back to its newest checkpoint and passes over the data since",
       false, kIdentity,
       one_of(&Point::spikes, std::vector{Spikes::stop, Spikes::skip, Spikes::roll_back})},
      {"train.spikes_max",
       "steps left out, or ways back, that a run may need; with one more it ends", false, kIdentity,
       whole_number(&Point::spikes_max, 0, kSpikesMax)},
      {"train.verify_step_every",
       "every so many steps one is worked out twice, and other bits end the attempt; 0: never",
       false, Role::placement, whole_number(&Point::verify_step_every, 0, kStepsMax)},
      {"train.windows_per_lane", "windows of its session that a lane takes in one step", false,
       kIdentity, whole_number(&Point::windows_per_lane, 1, kBatchMax)},
  };
}

std::vector<Setting> whole_table() {
  std::vector<Setting> table = settings_of_all();
  for (const Family* family : families()) {
    for (Setting& setting : family->settings()) {
      setting.family = family->name();
      table.push_back(std::move(setting));
    }
  }
  std::sort(table.begin(), table.end(),
            [](const Setting& a, const Setting& b) { return std::strcmp(a.path, b.path) < 0; });
  return table;
}

}  // namespace

const std::vector<Setting>& settings() {
  static const std::vector<Setting> table = whole_table();
  return table;
}

std::string Setting::group() const {
  const std::string whole = path;
  return whole.substr(0, whole.find('.'));
}

std::string Setting::key() const {
  const std::string whole = path;
  return whole.substr(whole.find('.') + 1);
}

std::vector<std::string> setting_groups() {
  std::set<std::string> groups;
  for (const Setting& setting : settings()) { groups.insert(setting.group()); }
  return {groups.begin(), groups.end()};
}

const Setting& worker_setting() {
  static const Setting row = {"worker.NAME",
                              "a setting of a trainer that is somebody else's, which finds it in "
                              "`point.worker` of its point; absent where it is not set",
                              false, Role::identity, worker_value()};
  return row;
}

std::string worker_path(const std::string& name) {
  return std::string(kWorkerGroup) + "." + name;
}

bool is_worker_path(const std::string& path) {
  return path.starts_with(worker_path(""));
}

const Setting* find_setting(const std::string& path) {
  if (is_worker_path(path)) { return &worker_setting(); }
  for (const Setting& setting : settings()) {
    if (path == setting.path) { return &setting; }
  }
  return nullptr;
}

nlohmann::json value_at(const Point& point, const std::string& path) {
  if (!is_worker_path(path)) { return find_setting(path)->rule.write(point); }
  const auto found = point.worker.find(path.substr(worker_path("").size()));
  return found == point.worker.end() ? nlohmann::json() : found->second;
}

bool is_unsupported_path(const std::string& path) {
  return path == "data.normalization";
}

namespace {

std::string reference_row(const Setting& setting) {
  static const Point standard;
  const bool is_worker = &setting == &worker_setting();
  return fmt::format("| `{}` | {}{} | {} | {} | {} |\n", setting.path, setting.sentence,
                     setting.family == nullptr ? "" : fmt::format(" (family `{}`)", setting.family),
                     setting.rule.words,
                     is_worker          ? "absent"
                     : setting.required ? "must be set"
                                        : "`" + setting.rule.write(standard).dump() + "`",
                     setting.role == Role::identity ? "yes" : "no");
}

}  // namespace

std::string settings_reference() {
  std::string text =
      "| PATH | what it is | values | default | in the id |\n|---|---|---|---|---|\n";
  for (const Setting& setting : settings()) { text += reference_row(setting); }
  return text + reference_row(worker_setting());
}

}  // namespace enigma::sweeps
