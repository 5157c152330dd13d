#include "orchestrator/drill/target.h"

#include "orchestrator/launch/attempt_folder.h"
#include "orchestrator/launch/lease.h"

namespace enigma::drill {

std::optional<Target> target_of(const std::filesystem::path& store, const db::Run& run,
                                std::string& why) {
  if (!db::has_live_attempt(run) || !run.attempts.back().number) {
    why = "it is " + std::string(db::name_of(run.state)) + ": no attempt is at work";
    return std::nullopt;
  }
  const db::Attempt& attempt = run.attempts.back();
  const std::string folder = (store / "runs" / run.id).string();
  const auto note = launch::read_launch_note(folder, *attempt.number, attempt.token);
  const auto lease = launch::read_lease(folder);
  if (!note || !lease || lease->token != attempt.token || lease->worker.pid == 0) {
    why = "its worker has not started yet, or has just ended";
    return std::nullopt;
  }
  return Target{run.id,         *attempt.number, launch::attempt_path(folder, *attempt.number),
                note->launcher, note->job,       note->nodes};
}

}  // namespace enigma::drill
