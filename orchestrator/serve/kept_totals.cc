#include "orchestrator/serve/kept_totals.h"

#include <algorithm>
#include <sys/stat.h>

namespace enigma {

StoreStamp stamp_of(const std::filesystem::path& folder) {
  StoreStamp stamp;
  const std::array names{"runs.db", "runs.db-wal"};
  for (size_t k = 0; k < names.size(); ++k) {
    struct stat found {};
    if (::stat((folder / names[k]).c_str(), &found) != 0) { continue; }
    stamp.written_at[k] = static_cast<double>(found.st_mtim.tv_sec) +
                          1e-9 * static_cast<double>(found.st_mtim.tv_nsec);
    stamp.bytes[k] = static_cast<uintmax_t>(found.st_size);
  }
  return stamp;
}

nlohmann::ordered_json KeptTotals::of(const std::string& sweep, const StoreStamp& stamp, double now,
                                      const Make& make) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(sweep);
    if (stamp == stamp_ && found != known_.end()) { return found->second; }
  }
  auto made = make();
  if (now - *std::ranges::max_element(stamp.written_at) < kYoung_s) { return made; }
  const std::lock_guard lock(mutex_);
  if (!(stamp == stamp_)) { known_.clear(); }
  stamp_ = stamp;
  known_[sweep] = made;
  return made;
}

}  // namespace enigma
