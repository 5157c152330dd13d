#include "orchestrator/submit/like_run.h"

namespace enigma {

LikeRun like_run(const db::Store& store, const std::string& sweep, const std::string& run) {
  LikeRun like;
  like.sweep.text = store.sweep(sweep)->spec;
  like.sweep.file = sweep;
  const auto row = store.run(run);
  if (!row) { return like; }
  like.sweep.data = attempts::placement_of(row->placement).data;
  for (const db::Membership& membership : row->memberships) {
    if (membership.sweep == sweep) { like.settings = nlohmann::json::parse(membership.values); }
  }
  return like;
}

}  // namespace enigma
