#include "processes/run.h"

#include "processes/pipe.h"
#include "processes/wait.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <unistd.h>

namespace enigma {
namespace {

using Clock = std::chrono::steady_clock;

/// What has come is added to `text`; the end is closed where no more will come.
void take(Pipe& pipe, std::string& text) {
  std::array<char, 65536> buffer;
  const ssize_t count = ::read(pipe.read_end(), buffer.data(), buffer.size());
  if (count > 0) { text.append(buffer.data(), static_cast<size_t>(count)); }
  if (count == 0 || (count < 0 && errno != EINTR)) { pipe.close_read(); }
}

/// Milliseconds until `end`, rounded up: what poll takes.
int left_ms(Clock::time_point end) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
  return static_cast<int>(std::max<decltype(left)>(left, 0));
}

/// Reads both streams to their ends, or until the time or the room is up.
void listen(Pipe& out, Pipe& err, const RunLimits& limits, RunResult& result) {
  const auto end = Clock::now() + limits.time;
  while (out.is_readable() || err.is_readable()) {
    std::array<pollfd, 2> streams{pollfd{out.read_end(), POLLIN, 0},
                                  pollfd{err.read_end(), POLLIN, 0}};
    const int ready = ::poll(streams.data(), streams.size(), left_ms(end));
    result.timed_out = ready == 0;
    if (streams[0].revents != 0) { take(out, result.out); }
    if (streams[1].revents != 0) { take(err, result.err); }
    result.cut = result.out.size() > limits.bytes_max || result.err.size() > limits.bytes_max;
    if (result.timed_out || result.cut) { return; }
  }
}

}  // namespace

RunResult run(const std::vector<std::string>& words, const RunLimits& limits,
              const std::optional<std::vector<std::string>>& variables) {
  Pipe out, err;
  const pid_t child = start({words, out.write_end(), err.write_end(), false, variables});
  out.close_write();
  err.close_write();
  RunResult result;
  listen(out, err, limits, result);
  if (result.timed_out || result.cut) {
    kill_and_wait(child);
  } else {
    result.status = wait_for(child);
  }
  return result;
}

}  // namespace enigma
