#include "recordings/import/reader_process.h"

#include "diagnostics/diagnostic_from_json.h"
#include "recordings/format/problem.h"

#include "processes/program.h"
#include "processes/wait.h"
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <signal.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

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
  pid_ = start({{reader_program().string(), to_json(order).dump()}, pipe_.write_end()});
  pipe_.close_write();
}

ReaderProcess::~ReaderProcess() {
  if (pid_ >= 0) { kill_and_wait(pid_); }
}

bool ReaderProcess::take_reports() {
  std::array<char, 4096> buffer;
  const ssize_t count = ::read(pipe_.read_end(), buffer.data(), buffer.size());
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
  const int status = wait_for(pid_);
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
    end.diagnostics = diagnostics_of(result.at("diagnostics"));
    end.fault = result.at("fault");
  }
  return end;
}

}  // namespace enigma::recordings::importer
