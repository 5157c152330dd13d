#include "worker/optimizer/route.h"

namespace enigma::worker {

const char* name_of(Road road) {
  switch (road) {
    case Road::none:
      return "none";
    case Road::all_reduce:
      return "all-reduce, step";
    case Road::reduce_scatter_all_gather:
      return "reduce-scatter, step, all-gather";
    case Road::all_gather_reduce_scatter:
      return "all-gather, reduce-scatter, step";
    case Road::all_gather_reduce_scatter_all_reduce:
      break;
  }
  return "all-gather, reduce-scatter, all-reduce, step";
}

}  // namespace enigma::worker
