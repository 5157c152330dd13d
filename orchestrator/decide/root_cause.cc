#include "orchestrator/decide/root_cause.h"

#include <fmt/format.h>

#include <csignal>
#include <tuple>

namespace enigma::decide {
namespace {

using protocol::ExitCode;
using protocol::FailureClass;

/// How much a trace explains: the lower, the more.
enum class Weight { named, own_signal, signal_from_outside, cascade };

struct Suspect {
  Weight weight = Weight::named;
  double at = 0;
  RootCause cause;
};

bool has_failed(const RankTrace& rank) {
  if (rank.signal != 0) { return true; }
  const int code = rank.code.value_or(0);
  return code != 0 && !protocol::is_preemption(code);
}

/// The first line that names a failure itself; else the first that shows a cascade.
const std::string* telling_line(const RankTrace& rank, const Signatures& table, Role role) {
  for (const std::string& line : rank.lines) {
    const Signature* signature = signature_of(line, table);
    if (signature != nullptr && signature->role == role) { return &line; }
  }
  return nullptr;
}

std::string place_of(const RankTrace& rank) {
  return rank.node.empty() ? fmt::format("rank {}", rank.rank)
                           : fmt::format("rank {} on {}", rank.rank, rank.node);
}

Suspect suspect(const RankTrace& rank, Weight weight, FailureClass failure_class,
                const std::string& what) {
  return {
      weight,
      rank.at,
      {rank.rank, rank.node, failure_class, fmt::format("{}: {}", place_of(rank), what), false}};
}

/// A shell between a rank and its end turns "ended by signal s" into 128 + s.
int signal_of(const RankTrace& rank) {
  const int code = rank.code.value_or(0);
  return rank.signal == 0 && code > 128 && code <= 128 + SIGSYS ? code - 128 : rank.signal;
}

Suspect suspect_of(const RankTrace& rank, const Signatures& table) {
  if (const std::string* line = telling_line(rank, table, Role::root)) {
    Suspect named = suspect(rank, Weight::named, signature_of(*line, table)->failure_class, *line);
    named.cause.is_told = true;
    return named;
  }
  const std::string* cascade = telling_line(rank, table, Role::cascade);
  if (cascade != nullptr || rank.code == static_cast<int>(ExitCode::peer_failed)) {
    return suspect(rank, Weight::cascade, FailureClass::nccl,
                   cascade != nullptr ? *cascade : std::string("a peer or a collective failed"));
  }
  const int signal = signal_of(rank);
  const auto failure_class = protocol::class_of_exit(rank.code.value_or(0), signal, false);
  if (signal != 0) {
    const bool own = failure_class == FailureClass::code;
    return suspect(rank, own ? Weight::own_signal : Weight::signal_from_outside,
                   failure_class.value_or(FailureClass::node_failure),
                   fmt::format("signal {}", signal));
  }
  const std::string said = rank.lines.empty() ? "" : ": " + rank.lines.back();
  return suspect(rank, Weight::named, failure_class.value_or(FailureClass::code),
                 fmt::format("exit code {}{}", *rank.code, said));
}

}  // namespace

std::optional<RootCause> root_cause(const std::vector<RankTrace>& ranks, const Signatures& table) {
  std::optional<Suspect> first;
  for (const RankTrace& rank : ranks) {
    if (!has_failed(rank)) { continue; }
    Suspect next = suspect_of(rank, table);
    if (!first || std::tuple(next.weight, next.at) < std::tuple(first->weight, first->at)) {
      first = std::move(next);
    }
  }
  return first ? std::optional(first->cause) : std::nullopt;
}

}  // namespace enigma::decide
