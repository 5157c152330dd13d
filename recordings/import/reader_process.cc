#include "recordings/import/reader_process.h"

#include "recordings/format/problem.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

extern char** environ;

namespace enigma::recordings::importer {
namespace {

using Json = nlohmann::ordered_json;

std::filesystem::path reader_program() {
  const auto program =
      std::filesystem::read_symlink("/proc/self/exe").parent_path() / "enigma-import";
  if (!std::filesystem::exists(program)) {
    throw std::system_error(
        ENOENT, std::generic_category(),
        program.string() + " (it is built with enigma-data and lies beside it)");
  }
  return program;
}

struct Pipe {
  int read = -1, write = -1;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), "pipe");
  }
  return {ends[0], ends[1]};
}

pid_t start(const std::filesystem::path& program, std::string order, int reports) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, reports, STDOUT_FILENO);
  std::string name = program.string();
  std::array<char*, 3> words = {name.data(), order.data(), nullptr};
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, program.c_str(), &actions, nullptr, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) { throw std::system_error(error, std::generic_category(), program.string()); }
  return pid;
}

Diagnostic fell(const ReaderOrder& order, std::string message, std::string suggestion) {
  Diagnostic d = problem_in(order.source.path, "", std::move(message), "", "");
  d.suggestion = std::move(suggestion);
  return d;
}

// Signals that come from outside say nothing about the file.
bool is_from_outside(int signal) {
  return signal == SIGKILL || signal == SIGTERM || signal == SIGINT || signal == SIGHUP;
}

Diagnostic killed(const ReaderOrder& order, int signal) {
  if (signal == SIGALRM || signal == SIGXCPU) {
    return fell(order, fmt::format("reading takes longer than {} s", order.limits.time_s),
                "give more with --time-limit-s where the file is really that long");
  }
  return fell(order, fmt::format("reading ended by signal {} ({})", signal, ::strsignal(signal)),
              "the file is damaged in a way that the library does not survive; nothing of it was "
              "imported");
}

Diagnostic diagnostic_of(const nlohmann::json& json) {
  const auto text = [&](const char* key) {
    const auto& value = json.at(key);
    return value.is_string() ? value.get<std::string>() : std::string();
  };
  Diagnostic d;
  d.severity = text("severity") == "warning" ? Severity::warning : Severity::error;
  d.file = text("file");
  d.pointer = text("pointer");
  d.message = text("message");
  d.expected = text("expected");
  d.found = text("found");
  d.suggestion = text("suggestion");
  return d;
}

}  // namespace

Json to_json(const ReaderOrder& order) {
  Json options = {{"bin_hz", order.options.bin_hz},
                  {"color", order.options.color},
                  {"trace", order.options.trace}};
  if (order.options.size) {
    options["size"] = {order.options.size->height, order.options.size->width};
  }
  return {{"format", name_of(order.format)},      {"name", order.source.name},
          {"source", order.source.path.string()}, {"session", order.session.string()},
          {"options", std::move(options)},        {"memory_bytes", order.limits.memory_bytes},
          {"time_s", order.limits.time_s},        {"parent", ::getpid()}};
}

ReaderOrder reader_order_of(const nlohmann::json& json) {
  ReaderOrder order;
  order.format = import_format_of(json.at("format"));
  order.source = {json.at("name"), std::filesystem::path(json.at("source").get<std::string>())};
  order.session = json.at("session").get<std::string>();
  const nlohmann::json& options = json.at("options");
  order.options.bin_hz = options.at("bin_hz");
  order.options.color = options.at("color");
  order.options.trace = options.at("trace");
  if (options.contains("size")) {
    order.options.size = {options["size"].at(0), options["size"].at(1)};
  }
  order.limits = {json.at("memory_bytes"), json.at("time_s")};
  return order;
}

ReaderProcess::ReaderProcess(const ReaderOrder& order) : order_(order) {
  const std::filesystem::path program = reader_program();
  const Pipe pipe = make_pipe();
  pipe_ = pipe.read;
  try {
    pid_ = start(program, to_json(order).dump(), pipe.write);
  } catch (...) {  // the destructor does not run for what never was
    ::close(pipe.read);
    ::close(pipe.write);
    throw;
  }
  ::close(pipe.write);
}

ReaderProcess::~ReaderProcess() {
  if (pipe_ >= 0) { ::close(pipe_); }
  if (pid_ < 0) { return; }
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {}
}

bool ReaderProcess::take_reports() {
  std::array<char, 4096> buffer;
  const ssize_t count = ::read(pipe_, buffer.data(), buffer.size());
  if (count < 0 && errno == EINTR) { return true; }
  if (count <= 0) { return false; }
  pending_.append(buffer.data(), static_cast<size_t>(count));
  for (size_t end; (end = pending_.find('\n')) != std::string::npos; pending_.erase(0, end + 1)) {
    take_line(pending_.substr(0, end));
  }
  return true;
}

void ReaderProcess::take_line(const std::string& line) {
  if (line.starts_with("result ")) {
    result_ = line.substr(7);
  } else {
    std::sscanf(line.c_str(), "progress %ld %ld", &done_, &total_);
  }
}

ReaderEnd ReaderProcess::end() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {}
  pid_ = -1;
  ReaderEnd end;
  const nlohmann::json result = nlohmann::json::parse(result_, nullptr, false);
  if (WIFSIGNALED(status) && is_from_outside(WTERMSIG(status))) {
    end.fault = fmt::format(
        "{}: reading was ended from outside by signal {} (where nobody did, the machine ran out of "
        "memory: see --jobs)",
        order_.source.path.string(), WTERMSIG(status));
  } else if (WIFSIGNALED(status)) {
    end.diagnostics.push_back(killed(order_, WTERMSIG(status)));
  } else if (result.is_discarded()) {
    end.diagnostics.push_back(
        fell(order_, fmt::format("reading ended early with code {}", WEXITSTATUS(status)), ""));
  } else {
    for (const auto& d : result.at("diagnostics")) { end.diagnostics.push_back(diagnostic_of(d)); }
    end.fault = result.at("fault");
  }
  return end;
}

}  // namespace enigma::recordings::importer
