// What changes, as a stream of server-sent events: the store's events, whose ids a listener shows
// again when it comes back, and the progress of runs that are at work.
#pragma once

#include "http/message.h"
#include "orchestrator/controller/controller.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace enigma {

/// Everything here is called on the deciding thread, and a listener costs nothing while nothing is
/// new: the store and the live runs are looked at for all of them together, twice a second.
class Events {
 public:
  static constexpr int kListenersMax = 64;
  /// A listener that is further behind reads everything anew.
  static constexpr int64_t kReplayMax = 2000;

  /// `clock_s` measures pauses, as monotonic_s.
  Events(const Controller& controller, std::function<double()> clock_s);
  ~Events() { *self_ = nullptr; }
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  /// A stream for one listener, from behind the event `after` (nothing: from now on). Nothing where
  /// there are too many already. Streams may outlive this object, and are then at their end.
  std::optional<http::Stream> follow(std::optional<int64_t> after);

  int listeners() const { return *listeners_; }

 private:
  struct Listener;
  struct Told {
    int64_t change = 0;  ///< number of the change that said it
    int64_t step = -1;
    size_t attempts = 0;
    db::State state = db::State::waiting;
    std::string text;  ///< the event as it is sent
  };

  void look();
  void take(const db::Run& run);
  std::string text_for(Listener& listener);
  std::string events_for(Listener& listener);

  const Controller& controller_;
  std::function<double()> clock_s_;
  double looked_at_s_ = -1e9;
  int64_t newest_ = 0;  ///< event of the store
  int64_t changes_ = 0;
  std::map<std::string, Told> told_;  ///< by run that is at work
  std::shared_ptr<int> listeners_ = std::make_shared<int>(0);
  std::shared_ptr<Events*> self_ = std::make_shared<Events*>(this);
};

}  // namespace enigma
