// What a turn decides to do. An action is saved (on_action) before it is performed.
#pragma once

#include "db/run.h"

#include <string>
#include <variant>
#include <vector>

namespace enigma::decide {

/// Start an attempt; with a token that the run's last attempt has already, the same once more.
struct Submit {
  std::string run, token;
  bool operator==(const Submit&) const = default;
};
/// Ask an attempt to stop.
struct Cancel {
  std::string run, token;
  bool operator==(const Cancel&) const = default;
};
/// Give an attempt up, with its class; it is stopped from the next turn on.
struct GiveUp {
  std::string run, token;
  db::Verdict verdict;
  bool operator==(const GiveUp&) const = default;
};
/// Declare an attempt ended, though nobody saw its end.
struct DeclareLost {
  std::string run, token;
  db::Verdict verdict;
  std::string source;  ///< silence | timeout
  bool operator==(const DeclareLost&) const = default;
};
/// Put a run where it is to rest (held, cancelled), or write the mark of one that has ended.
struct Settle {
  std::string run;
  db::State state;
  bool operator==(const Settle&) const = default;
};
/// Hold a run, for a ceiling or a stop rule of its sweep: as a request of the user would.
struct HoldBack {
  std::string run;
  std::string why;
  bool operator==(const HoldBack&) const = default;
};
using Action = std::variant<Submit, Cancel, GiveUp, DeclareLost, Settle, HoldBack>;

/// One line for logs and tests: "submit RUN TOKEN".
std::string to_text(const Action& action);

}  // namespace enigma::decide
