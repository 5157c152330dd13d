#include "orchestrator/decide/action.h"

namespace enigma::decide {
namespace {

struct Text {
  std::string operator()(const Submit& a) const { return "submit " + a.run + " " + a.token; }
  std::string operator()(const Cancel& a) const { return "cancel " + a.run + " " + a.token; }
  std::string operator()(const GiveUp& a) const {
    return "give up " + a.run + " " + a.token + " " + word(a.verdict) + ": " + a.verdict.line;
  }
  std::string operator()(const DeclareLost& a) const {
    return "declare lost " + a.run + " " + a.token + " " + word(a.verdict) + ": " + a.verdict.line;
  }
  std::string operator()(const Settle& a) const {
    return "settle " + a.run + " " + std::string(db::name_of(a.state));
  }
  std::string operator()(const HoldBack& a) const { return "hold " + a.run + ": " + a.why; }
  static std::string word(const db::Verdict& verdict) {
    return std::string(protocol::name_of(verdict.failure_class));
  }
};

}  // namespace

std::string to_text(const Action& action) {
  return std::visit(Text{}, action);
}

}  // namespace enigma::decide
