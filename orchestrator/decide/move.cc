#include "orchestrator/decide/move.h"

#include "diagnostics/check.h"

#include <array>
#include <utility>

namespace enigma::decide {
namespace {

using db::State;
using Row = std::array<bool, 6>;
constexpr bool o = false, X = true;

// From (rows) to (columns). A late `done` of the current attempt finds the run waiting or held.
constexpr std::array<Row, 6> kTurnMoves{{
    //                waiting running held done failed cancelled
    /* waiting   */ {o, X, X, X, o, X},
    /* running   */ {X, o, X, X, X, X},
    /* held      */ {o, o, o, X, o, X},
    /* done      */ {o, o, o, o, o, o},
    /* failed    */ {o, o, o, o, o, o},
    /* cancelled */ {o, o, o, o, o, o},
}};

}  // namespace

bool is_legal_move(State from, State to) {
  return kTurnMoves.at(static_cast<size_t>(from)).at(static_cast<size_t>(to));
}

bool is_legal_request(State from, State to) {
  return to == State::waiting &&
         (from == State::held || from == State::failed || from == State::cancelled);
}

void move(db::Run& run, State to, std::string why) {
  ENIGMA_CHECK(is_legal_move(run.state, to), "no turn moves a run like this");
  run.state = to;
  run.why = std::move(why);
}

void move_by_request(db::Run& run, State to, std::string why) {
  ENIGMA_CHECK(is_legal_request(run.state, to), "no request moves a run like this");
  run.state = to;
  run.why = std::move(why);
}

}  // namespace enigma::decide
