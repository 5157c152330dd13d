// One canonical point of a sweep: what is to be trained. Its hash is the id of the run.
#pragma once

#include "model/shape/size.h"
#include "recordings/format/session.h"
#include "sweeps/parallel.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace enigma::sweeps {

/// A session as a point knows it: the digest is identity, the name is where to find it.
struct SessionRef {
  std::string name;
  std::string digest;
  int64_t neurons = 0;
  std::string animal;
};

/// Sessions as points have them. Copies share one list until one of them is changed.
class SessionRefs {
 public:
  using List = std::vector<SessionRef>;

  SessionRefs() = default;
  SessionRefs(List list) : list_(std::make_shared<List>(std::move(list))) {}
  SessionRefs(std::initializer_list<SessionRef> list) : SessionRefs(List(list)) {}
  template <typename Iterator>
  SessionRefs(Iterator first, Iterator last) : SessionRefs(List(first, last)) {}

  operator const List&() const { return list_ ? *list_ : none(); }
  size_t size() const { return list().size(); }
  bool empty() const { return list().empty(); }
  List::const_iterator begin() const { return list().begin(); }
  List::const_iterator end() const { return list().end(); }
  const SessionRef& operator[](size_t i) const { return list()[i]; }
  const SessionRef& back() const { return list().back(); }
  /// Equal for copies that share a list.
  const void* identity() const { return list_.get(); }

  List::iterator begin() { return own().begin(); }
  List::iterator end() { return own().end(); }
  SessionRef& operator[](size_t i) { return own()[i]; }
  void push_back(SessionRef session) { own().push_back(std::move(session)); }
  void pop_back() { own().pop_back(); }

 private:
  static const List& none();
  const List& list() const { return *this; }
  List& own();

  std::shared_ptr<List> list_;
};

enum class Precision { float32, bfloat16 };
const char* name_of(Precision precision);

/// Where the biases of neurons begin: at the inverse softplus of their mean rates, or at 0.
enum class NeuronBias { rates, published };
const char* name_of(NeuronBias bias);

/// What becomes of a step whose loss or gradient is not finite or far above those before it.
enum class Spikes {
  stop,      ///< what is not finite ends the run; what is finite is stepped
  skip,      ///< its update is left out
  roll_back  ///< the run goes back to its newest checkpoint, and passes over the data since then
};
const char* name_of(Spikes spikes);

/// Normalisation has no choice yet: responses none, video and behaviour z-scores over the training
/// tier. A later field's default will mean the same, so that it changes no id.
struct Point {
  std::string family = "brain";
  model::ModelSize size;
  std::map<std::string, nlohmann::json> own;  ///< settings of its family alone, by PATH, where set

  recordings::WindowRule rule;  ///< data.rate_hz, window_samples, align, modalities
  SessionRefs sessions;         ///< data.sessions, sorted by digest: the order of dealing
  SessionRefs evaluation_sessions;
  std::vector<std::string> evaluation_strategies;
  std::vector<std::string> training_strategies = {"published"};  ///< train.strategies

  double budget_flops = 0;
  int64_t lanes = 1;
  int64_t windows_per_lane = 8;
  std::string optimizer = "adamw";
  Precision precision = Precision::float32;
  double shared_lr = 7e-4;
  double session_lr = 3e-3;
  double muon_lr = 0.02;  ///< of the matrices that Muon steps
  double beta2 = 0.98;    ///< AdamW's, of the second moment
  double epsilon = 1e-6;  ///< AdamW's; spike counts of a few per second ask for less
  NeuronBias bias = NeuronBias::rates;
  int64_t warmup_steps = 0;
  int64_t decay_steps = 0;  ///< the last steps, linearly to 0
  Spikes spikes = Spikes::stop;
  double spike_deviations = 6;  ///< standard deviations above the mean that make a spike
  int64_t spikes_max = 16;      ///< of a run; with one more it ends
  int64_t seed = 0;
  /// `worker.NAME`: numbers, texts and booleans for somebody else's trainer, by NAME.
  std::map<std::string, nlohmann::json> worker;

  // Placement, which is no part of what is trained.
  Form form = Form::replicate;
  int64_t shard_ranks = 8;  ///< of a hybrid form: those that share a copy of the model
  Checkpointing checkpointing = Checkpointing::none;
  int64_t accumulation = 1;  ///< parts that a lane's windows are taken in, one after the other
  Schedule schedule = Schedule::overlapped;
  int64_t verify_step_every = 0;  ///< steps; each such is worked out twice. 0: none
};

/// A setting of the point's family alone; `standard` where it is not set.
int64_t own_integer(const Point& point, const std::string& path, int64_t standard);
std::string own_word_of(const Point& point, const std::string& path, const std::string& standard);

/// The value of `id_version`: raised when a default changes, so that old ids stay what they were.
/// 2: small models begin with a louder response convolution, and have a narrower decoder.
inline constexpr int kIdVersion = 2;

/// SHA-256 over the sorted digests of the sessions, one a line: a subset's identity.
std::string digest_of(const std::vector<SessionRef>& sessions);

/// One textual form per value: an integral number is an integer, however it was written.
nlohmann::json canonical_number(double value);

/// The document behind ENIGMA_POINT: {id, point, steps, flops, flops_per_step, seed} and, beside
/// them, what canonical() leaves out: sessions[] and evaluation_sessions[] with names, and the
/// settings of `placement` that are not at their default.
struct PointFile {
  std::string id;
  Point point;
  int64_t steps = 0;
  double flops = 0;           ///< steps × expected FLOPs per step
  double flops_per_step = 0;  ///< expectation over strategies and the session schedule
};
nlohmann::ordered_json to_json(const PointFile& file);
/// Throws InputError for what is missing or of the wrong type.
PointFile point_file_from_json(const nlohmann::json& json, const std::string& file_name);

}  // namespace enigma::sweeps
