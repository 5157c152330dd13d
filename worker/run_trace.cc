#include "worker/run_trace.h"

#include "files/atomic_file.h"
#include "worker/parallel/gloo.h"

#include <ATen/Functions.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

namespace enigma::worker {
namespace {

/// The text of each rank, on every rank, however long.
std::vector<std::string> gathered(parallel::Collectives& collectives, const std::string& text) {
  const int64_t world = collectives.world(), rank = collectives.rank();
  at::Tensor sizes = at::zeros({world}, at::kLong);
  sizes[rank] = static_cast<int64_t>(text.size());
  collectives.all_reduce(sizes)->wait();
  const auto longest = sizes.max().item<int64_t>();
  at::Tensor rows = at::zeros({world, longest}, at::kByte);
  std::memcpy(rows[rank].data_ptr<uint8_t>(), text.data(), text.size());
  collectives.all_gather(rows.flatten())->wait();
  std::vector<std::string> texts;
  for (int64_t row = 0; row < world; ++row) {
    texts.emplace_back(reinterpret_cast<const char*>(rows[row].const_data_ptr<uint8_t>()),
                       static_cast<size_t>(sizes[row].item<int64_t>()));
  }
  return texts;
}

size_t summed(parallel::Collectives& collectives, size_t own) {
  at::Tensor sum = at::full({1}, static_cast<int64_t>(own), at::kLong);
  collectives.all_reduce(sum)->wait();
  return static_cast<size_t>(sum.item<int64_t>());
}

}  // namespace

std::optional<Trace> start_trace(const Environment& environment) {
  if (environment.trace.empty()) { return std::nullopt; }
  const double epoch_s = static_cast<double>(wall_clock_ns()) * 1e-9 - monotonic_s();
  return Trace(environment.rank,
               "rank " + std::to_string(environment.rank) + ", " + parallel::host_name(), epoch_s);
}

void write_trace(const std::optional<Trace>& trace, const Environment& environment,
                 parallel::Collectives& collectives) {
  if (!trace) { return; }
  const std::vector<std::string> events = gathered(collectives, trace->events());
  const size_t left_out = summed(collectives, trace->left_out());
  if (collectives.rank() != 0) { return; }
  write_atomically(environment.trace, trace_document(events, left_out));
  if (left_out > 0) {
    std::fprintf(stderr, "the trace is full: its last %zu spans are left out\n", left_out);
  }
}

}  // namespace enigma::worker
