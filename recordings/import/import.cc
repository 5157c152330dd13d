#include "recordings/import/import.h"

#include "recordings/format/digest.h"
#include "recordings/format/problem.h"
#include "recordings/import/finished_session.h"
#include "recordings/import/import_manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <fcntl.h>
#include <memory>
#include <poll.h>
#include <stdexcept>
#include <sys/file.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace enigma::recordings::importer {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path) {
  throw std::system_error(errno, std::generic_category(), path.string());
}

// The folder that is imported into: one import at a time, and what it holds made durable.
class OutFolder {
 public:
  explicit OutFolder(const fs::path& path) : path_(path), made_(fs::create_directories(path)) {
    fd_ = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd_ < 0) { fail(path); }
    if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
      ::close(fd_);
      throw std::runtime_error("another import is writing into " + path.string());
    }
  }
  ~OutFolder() {
    std::error_code ignored;
    if (made_) {
      fs::remove(path_, ignored);  // goes only where nothing was put into it
    }
    ::close(fd_);
  }
  OutFolder(const OutFolder&) = delete;
  OutFolder& operator=(const OutFolder&) = delete;

  // Everything written so far, thousands of small files at once.
  void sync() {
    if (::syncfs(fd_) != 0) { fail(path_); }
  }

 private:
  fs::path path_;
  bool made_ = false;
  int fd_ = -1;
};

fs::path aside_of(const fs::path& session) {
  return session.parent_path() / ("." + session.filename().string() + ".partial");
}

struct Reading {
  size_t index = 0;  ///< of the session
  std::unique_ptr<ReaderProcess> process;
};

class Import {
 public:
  explicit Import(const ImportOptions& options)
      : options_(options),
        sources_(find_sources(options.format, options.source)),
        sessions_(sources_.size()),
        out_(options.out) {}

  std::vector<ImportedSession> run() {
    for (size_t i = 0; i < sources_.size(); ++i) { look_at(i); }
    try {
      while (!waiting_.empty() || !reading_.empty()) { step(); }
    } catch (...) {  // leave no half of a session behind, whatever went wrong
      for (const Reading& reading : reading_) { discard(reading.index); }
      throw;
    }
    if (std::any_of(sessions_.begin(), sessions_.end(),
                    [](const ImportedSession& session) { return session.problems.empty(); })) {
      write_import_manifest(options_.out, digests_);
    }
    out_.sync();
    return std::move(sessions_);
  }

 private:
  // Finished already, in the way, or to be read.
  void look_at(size_t index) {
    ImportedSession& session = sessions_[index];
    session.name = sources_[index].name;
    session.path = options_.out / session.name;
    std::error_code ignored;
    fs::remove_all(aside_of(session.path), ignored);
    if (auto link = broken_link(sources_[index].path)) {
      session.problems.push_back(std::move(*link));
      ++finished_;
      return;
    }
    if (!fs::exists(session.path)) {
      waiting_.push_back(index);
      return;
    }
    const fs::path& source = sources_[index].path;
    const auto wrong =
        unlike(session.path, provenance_of(options_.format, options_.options, source), source);
    if (wrong) {
      session.problems.push_back(*wrong);
    } else {
      take_finished(session);
    }
    ++finished_;
  }

  void step() {
    const auto jobs = static_cast<size_t>(
        options_.jobs > 0 ? options_.jobs
                          : std::max<int64_t>(1, std::thread::hardware_concurrency()));
    while (reading_.size() < jobs && !waiting_.empty()) {
      start(waiting_.front());
      waiting_.pop_front();
    }
    std::vector<pollfd> reports;
    for (const Reading& reading : reading_) {
      reports.push_back({reading.process->reports(), POLLIN, 0});
    }
    if (::poll(reports.data(), reports.size(), -1) < 0 && errno != EINTR) { fail("poll"); }
    for (size_t i = reports.size(); i-- > 0;) {
      if (reports[i].revents != 0 && !reading_[i].process->take_reports()) { finish(i); }
    }
    tell();
  }

  void start(size_t index) {
    const fs::path aside = aside_of(sessions_[index].path);
    fs::create_directories(aside);
    reading_.push_back({index, nullptr});
    reading_.back().process = std::make_unique<ReaderProcess>(
        ReaderOrder{options_.format, sources_[index], aside, options_.options, options_.limits});
  }

  void finish(size_t place) {
    const ReaderEnd end = reading_[place].process->end();
    const size_t index = reading_[place].index;
    ImportedSession& session = sessions_[index];
    if (!end.fault.empty()) { throw std::runtime_error(end.fault); }
    reading_.erase(reading_.begin() + static_cast<std::ptrdiff_t>(place));
    ++finished_;
    session.problems = end.diagnostics;
    if (!session.problems.empty()) { return discard(index); }
    out_.sync();
    fs::rename(aside_of(session.path), session.path);
    session.made = true;
    take_finished(session);
  }

  void discard(size_t index) {
    std::error_code ignored;
    fs::remove_all(aside_of(sessions_[index].path), ignored);
  }

  void take_finished(ImportedSession& session) {
    session.record = finished_record(session.path);
    session.digest = digest_of(session.path, digests_);
  }

  void tell() {
    if (!options_.progress) { return; }
    double reading = 0;
    for (const Reading& r : reading_) {
      if (r.process->total() > 0) {
        reading += static_cast<double>(r.process->done()) / static_cast<double>(r.process->total());
      }
    }
    options_.progress(finished_, reading, static_cast<int64_t>(sources_.size()));
  }

  const ImportOptions& options_;
  std::vector<ImportSource> sources_;
  std::vector<ImportedSession> sessions_;
  OutFolder out_;
  DigestCache digests_{fs::path()};  // in memory alone
  std::deque<size_t> waiting_;
  std::vector<Reading> reading_;
  int64_t finished_ = 0;
};

std::vector<Diagnostic> wrong_numbers(const ImportOptions& o) {
  std::vector<Diagnostic> wrong;
  const auto check = [&](bool good, const char* option, const char* expected, std::string found) {
    if (good) { return; }
    Diagnostic d;
    d.pointer = option;
    d.message = "number is out of range";
    d.expected = expected;
    d.found = std::move(found);
    wrong.push_back(std::move(d));
  };
  const auto& size = o.options.size;
  check(!size ||
            (size->height >= 1 && size->width >= 1 && size->height <= 8192 && size->width <= 8192),
        "--size", "sides of 1 to 8192",
        size ? fmt::format("{}x{}", size->height, size->width) : "");
  check(o.options.bin_hz >= 1 && o.options.bin_hz <= 10'000, "--bin-hz", "1 to 10000",
        fmt::format("{}", o.options.bin_hz));
  check(o.jobs >= 0 && o.jobs <= 1024, "--jobs", "0 (one a core) to 1024", std::to_string(o.jobs));
  check(o.limits.memory_bytes >= int64_t{64} << 20, "--memory-limit-mb", "at least 64",
        std::to_string(o.limits.memory_bytes >> 20));
  check(o.limits.time_s >= 1 && o.limits.time_s <= 30 * 86'400, "--time-limit-s", "1 to 2592000",
        std::to_string(o.limits.time_s));
  return wrong;
}

}  // namespace

std::vector<ImportedSession> import_sessions(const ImportOptions& options) {
  std::vector<Diagnostic> wrong = wrong_numbers(options);
  if (!wrong.empty()) { throw InputError(std::move(wrong)); }
  return Import(options).run();
}

}  // namespace enigma::recordings::importer
