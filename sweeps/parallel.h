// How the ranks of a run share its work: placement, which changes no result.
#pragma once

namespace enigma::sweeps {

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
