// What loop, optimisers and checkpoints know of the model of a run: parameters by class, batches of
// steps, losses, scores. A family implements it in a folder of its own (worker/brain, …).
#pragma once

#include "model/block_runner.h"
#include "model/named_tensor.h"
#include "model/shape/window_flops.h"
#include "sweeps/point.h"
#include "worker/parallel/ranks.h"
#include "worker/protocol/report.h"

#include <ATen/core/Tensor.h>
#include <c10/core/TensorOptions.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace enigma::worker {

/// The data of one step of this rank's lanes. What a lane holds is the family's affair.
struct StepBatch {
  virtual ~StepBatch() = default;
  virtual size_t lanes() const = 0;  ///< of this rank
  virtual int64_t bytes() const = 0;

  int64_t step = 0;
};

/// Reads any step's batch: a pure function of the point, its data and the step. One thread's.
class StepReader {
 public:
  virtual ~StepReader() = default;
  virtual std::unique_ptr<StepBatch> read(int64_t step) = 0;
  /// Lets the data of a step come into memory meanwhile; returns at once.
  virtual void expect(int64_t /*step*/) const {}
};

/// Parameters that one session alone has.
struct SessionParameters {
  std::string name;  ///< of the session: names its shard
  std::vector<model::NamedTensor> parameters;
  int64_t lane = 0;  ///< that draws it; of one that is only scored: any
};

/// Windows [first, first + count) of a lane.
struct WindowRange {
  int64_t first = 0, count = 0;
};

/// What a forward pass of some windows of a lane gives.
struct LaneLoss {
  at::Tensor loss;                ///< scalar, with its graph: the mean over these windows
  model::TrainingFlops flops;     ///< forward and backward
  std::optional<size_t> session;  ///< of Family::sessions(), whose parameters it used
};

/// The model of one run with its data, both on the run's device.
class Family {
 public:
  virtual ~Family() = default;

  /// Parameters of all sessions: one optimiser, one norm. Their order is that of checkpoints.
  virtual std::vector<model::NamedTensor> shared_parameters() const = 0;
  /// Parameters of one session each, stepped only when it was drawn.
  virtual std::vector<SessionParameters> session_parameters() const { return {}; }

  /// Names of the shared matrices between hidden features: those that Muon may step.
  virtual std::vector<std::string> matrices() const { return {}; }

  /// What AdamW's learning rate of some shared parameters is multiplied by; of all others: 1.
  virtual std::map<std::string, double> rate_scales() const { return {}; }

  /// Parts of the forward pass in their order, each by what the names of its shared parameters
  /// begin with. A parameter of none is needed from the beginning.
  virtual std::vector<std::string> blocks() const { return {}; }
  /// Who runs the blocks of the passes to come; null: nobody but the model.
  virtual void run_blocks_by(model::BlockRunner* /*runner*/) {}
  /// Forward FLOPs of a window as they are executed: what belongs to no block, then each block.
  /// Expected ones where windows differ; empty: not counted.
  virtual std::vector<double> forward_flops_by_block() const { return {}; }

  /// Reads the batches of some lanes of a step. Outlived by the family.
  virtual std::unique_ptr<StepReader> reader(parallel::LaneRange lanes) const = 0;
  /// `lane` counts within the batch.
  virtual LaneLoss forward(const StepBatch& batch, size_t lane, WindowRange windows) = 0;

  /// Scores of the model as it is, one report a strategy: the same on all ranks, which share the
  /// work. Whatever belongs to a session is scored by the rank of its lane.
  virtual std::vector<protocol::Eval> evaluate(int64_t step, const parallel::Ranks& ranks) = 0;
  /// Forward passes of one window that they cost.
  virtual int64_t evaluation_windows() const = 0;

  /// What a reader of the log should know before the first step.
  virtual std::vector<std::string> remarks() const { return {}; }
};

/// What a family is made from.
struct RunSetup {
  const sweeps::Point& point;
  const std::filesystem::path& data;
  at::TensorOptions tensors;  ///< device of the run and type of its parameters
  std::string tier = {};      ///< that it is scored on; empty: the family's own choice
};

/// Opens the data and draws a fresh model from the point's seed. Throws Ending: 64 for what a point
/// cannot ask, 65 for data that are not there or other than the point says.
using OpenFamily = std::unique_ptr<Family> (*)(const RunSetup& setup);

}  // namespace enigma::worker
