#include "sweeps/law/figure/gnuplot.h"

#include "files/atomic_file.h"

#include "processes/run.h"
#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace enigma::law {

namespace {

namespace fs = std::filesystem;

constexpr size_t kMessagesMax = 1 << 20;

/// A folder of our own under the system's temporary folder, gone when this is.
struct Workplace {
  fs::path folder;

  Workplace() {
    std::string name = (fs::temp_directory_path() / "enigma-figure-").string();
    name += std::string(6, 'X');  // what mkdtemp replaces
    if (::mkdtemp(name.data()) == nullptr) {
      throw std::system_error(errno, std::generic_category(), "temporary folder " + name);
    }
    folder = name;
  }
  ~Workplace() {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;
};

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
  const Workplace workplace;
  const fs::path figure = workplace.folder / "figure";
  const fs::path source = workplace.folder / "script.gp";
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
