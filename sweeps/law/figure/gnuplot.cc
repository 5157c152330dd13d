#include "sweeps/law/figure/gnuplot.h"

#include "files/atomic_file.h"
#include "files/temporary_folder.h"

#include "processes/run.h"
#include <fmt/format.h>

#include <system_error>

namespace enigma::law {

namespace {

namespace fs = std::filesystem;

constexpr size_t kMessagesMax = 1 << 20;

RunResult draw(const fs::path& script, const fs::path& figure, int limit_ms) {
  try {
    return run({"gnuplot", "-c", script.string(), figure.string()},
               {.time = std::chrono::milliseconds(limit_ms), .bytes_max = kMessagesMax});
  } catch (const std::system_error& broken) {
    if (broken.code() != std::errc::no_such_file_or_directory) { throw; }
    throw FigureError("gnuplot is not installed; the figure needs it: apt-get install gnuplot-nox");
  }
}

}  // namespace

std::string drawn(const std::string& script, int limit_ms) {
  const TemporaryFolder workplace;
  const fs::path figure = workplace.path() / "figure";
  const fs::path source = workplace.path() / "script.gp";
  write_atomically(source, script);
  const RunResult result = draw(source, figure, limit_ms);
  if (result.timed_out) {
    throw FigureError(fmt::format("gnuplot was stopped after {} ms", limit_ms));
  }
  if (!result.ok() || !fs::exists(figure) || fs::file_size(figure) == 0) {
    throw FigureError("gnuplot failed: " + result.err.substr(0, 500));
  }
  return read_file(figure);
}

}  // namespace enigma::law
