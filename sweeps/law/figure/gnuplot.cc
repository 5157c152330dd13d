#include "sweeps/law/figure/gnuplot.h"

#include "diagnostics/diagnostic.h"
#include "files/atomic_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

extern char** environ;

namespace enigma::law {

namespace {

namespace fs = std::filesystem;

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

std::string terminal(FigureFormat format) {
  switch (format) {
    case FigureFormat::svg:
      return "set terminal svg size 700,500 dynamic font 'DejaVu Sans,15' linewidth 1.6 "
             "background '#ffffff'\n";
    case FigureFormat::pdf:
      return "set terminal pdfcairo size 3.5in,2.5in font 'DejaVu Sans,7.5' linewidth 1.1\n";
    case FigureFormat::png:
      break;
  }
  return "set terminal pngcairo size 1400,1000 font 'DejaVu Sans,22' linewidth 3.2\n";
}

/// Marks in the script are in units of this: terminals disagree on what a point size is.
double mark_scale(FigureFormat format) {
  switch (format) {
    case FigureFormat::svg:
      return 0.75;
    case FigureFormat::pdf:
      return 0.42;
    case FigureFormat::png:
      break;
  }
  return 2.0;
}

pid_t start(const fs::path& script, const fs::path& messages) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, messages.c_str(), O_WRONLY | O_CREAT, 0600);
  std::string program = "gnuplot", file = script.string();
  char* const arguments[] = {program.data(), file.data(), nullptr};
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, "gnuplot", &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error == ENOENT) {
    throw FigureError("gnuplot is not installed; the figure needs it: apt-get install gnuplot-nox");
  }
  if (error != 0) throw std::system_error(error, std::generic_category(), "starting gnuplot");
  return child;
}

/// The child's wait status; the child is killed when the limit passes.
int wait_for(pid_t child, int limit_ms) {
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  pollfd ended{.fd = handle, .events = POLLIN, .revents = 0};
  const bool in_time = handle < 0 || ::poll(&ended, 1, limit_ms) > 0;
  if (handle >= 0) ::close(handle);
  if (!in_time) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!in_time) throw FigureError(fmt::format("gnuplot was stopped after {} ms", limit_ms));
  return status;
}

}  // namespace

FigureFormat format_of(const fs::path& file) {
  if (file.extension() == ".svg") return FigureFormat::svg;
  if (file.extension() == ".pdf") return FigureFormat::pdf;
  if (file.extension() == ".png") return FigureFormat::png;
  throw InputError({{.message = "--out: the ending names no kind of figure",
                     .expected = ".svg, .pdf or .png",
                     .found = file.string()}});
}

void draw(const std::string& script, const fs::path& file, int limit_ms) {
  const FigureFormat format = format_of(file);
  const Workplace workplace;
  const fs::path figure = workplace.folder / "figure";
  const fs::path source = workplace.folder / "script.gp";
  const fs::path messages = workplace.folder / "messages";
  write_atomically(source,
                   fmt::format("{}set output '{}'\nmark = {}\n{}\nunset output\n", terminal(format),
                               figure.string(), mark_scale(format), script));
  const int status = wait_for(start(source, messages), limit_ms);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || !fs::exists(figure)) {
    const std::string said = fs::exists(messages) ? read_file(messages, 1 << 20) : "";
    throw FigureError("gnuplot failed: " + said.substr(0, 500));
  }
  write_atomically(file, read_file(figure));
}

}  // namespace enigma::law
