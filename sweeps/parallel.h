// How the ranks of a run share its work: placement, which changes no result.
#pragma once

namespace enigma::sweeps {

/// Where the shared parameters are.
enum class Form {
  replicate,  ///< whole on every rank
  shard,      ///< cut over all ranks, block by block
  hybrid,     ///< a whole over so many neighbouring ranks, copied
};
constexpr const char* name_of(Form form) {
  switch (form) {
    case Form::replicate:
      return "replicate";
    case Form::shard:
      return "shard";
    case Form::hybrid:
      break;
  }
  return "hybrid";
}

/// Whether what a block's backward needs of its forward pass is kept.
enum class Checkpointing {
  none,    ///< all is kept
  blocks,  ///< what comes into a block is; the rest is computed again
};
constexpr const char* name_of(Checkpointing checkpointing) {
  return checkpointing == Checkpointing::none ? "none" : "blocks";
}

/// How gradients become sums over ranks: the schedules of the nanoGPT speed records 22, 23 and 24
/// (trainers.md, section 1.3).
enum class Schedule {
  bucketed,    ///< all-reduces, started together when backward has ended
  overlapped,  ///< all-reduces, each started when its gradients have landed
  scattered,   ///< as overlapped, but reduce-scatters: a rank steps its part, and values are
               ///< gathered
};
constexpr const char* name_of(Schedule schedule) {
  switch (schedule) {
    case Schedule::bucketed:
      return "bucketed";
    case Schedule::overlapped:
      return "overlapped";
    case Schedule::scattered:
      break;
  }
  return "scattered";
}

}  // namespace enigma::sweeps
