#include "orchestrator/call/background.h"

#include "diagnostics/diagnostic_from_json.h"
#include "http/client.h"
#include "orchestrator/launch/durable.h"

#include "processes/program.h"
#include "processes/wait.h"
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <sys/wait.h>
#include <system_error>
#include <thread>

namespace enigma::cli {
namespace {

namespace fs = std::filesystem;

constexpr auto kLook = std::chrono::milliseconds(20);
constexpr int kLooksMax = 1500;  // half a minute: a large store may have to migrate first
constexpr int kHealth_s = 5;
constexpr int kWord_s = 2;
constexpr std::uintmax_t kTailBytes = 4096;
constexpr std::uintmax_t kRoomBytesMin = 64 * 1024;

std::optional<Address> answering(const fs::path& store) {
  auto address = read_address(store);
  if (address && is_reachable(*address) &&
      http::get(address->url + "/healthz", kHealth_s).status == 200) {
    return address;
  }
  return std::nullopt;
}

/// The last of what was written into the log behind `offset`.
std::string log_after(const fs::path& log, std::uintmax_t offset) {
  std::ifstream file(log, std::ios::binary);
  std::error_code absent;
  const std::uintmax_t end = fs::file_size(log, absent);
  if (!absent && end > offset + kTailBytes) { offset = end - kTailBytes; }
  file.seekg(static_cast<std::streamoff>(offset));
  std::string text(kTailBytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  while (!text.empty() && text.back() == '\n') { text.pop_back(); }
  return text;
}

/// What it said, or what can be told where it could not even say so.
std::string reason_of(int status, const std::string& said, const fs::path& log) {
  if (WIFEXITED(status) && !said.empty()) { return said; }
  std::error_code unknown;
  const auto space = fs::space(log.parent_path(), unknown);
  std::string reason = text_of_status(status) + fmt::format(", end of the log {}: {}", log.string(),
                                                            said.empty() ? "none" : said);
  if (!unknown && space.available < kRoomBytesMin) {
    reason += fmt::format("; its disk is full ({} bytes free): free some space", space.available);
  }
  return reason;
}

// What the controller said before it left is what the user must know.
[[noreturn]] void report_end(int status, const std::string& said, const fs::path& log) {
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : kFault;
  if (code == kWrongInput) {
    Diagnostic diagnostic;
    diagnostic.message = said;
    throw InputError({diagnostic});
  }
  throw std::runtime_error("the controller ended at once: " + reason_of(status, said, log));
}

}  // namespace

Address controller_of(const fs::path& store) {
  if (auto address = answering(store)) { return *address; }
  if (const auto silent = read_address(store)) {
    if (!is_reachable(*silent)) {
      throw NoController(fmt::format("the store {} is owned by {}; from here it cannot be asked",
                                     store.string(), to_text(*silent, store)));
    }
    throw NoController(fmt::format("controller {} of {} gives no answer at {}", silent->process.pid,
                                   store.string(), silent->url));
  }
  throw NoController(
      fmt::format("no controller is running for {}: start one with "
                  "'enigma-sweep serve --store {}'",
                  store.string(), store.string()));
}

Found ensure_controller(const Invocation& invocation) {
  const fs::path store = fs::absolute(invocation.store);
  if (read_address(store)) { return {controller_of(store), false}; }
  fs::create_directories(store);
  const fs::path log = store / "controller.log";
  if (!std::ofstream(log, std::ios::app)) {
    throw std::system_error(errno, std::generic_category(), log.string());
  }
  const auto log_from = fs::exists(log) ? fs::file_size(log) : 0;
  const pid_t child =
      start({{invocation.program.string(), "serve", "--store", store.string(), "--background"},
             log,
             log,
             true});
  bool ended = false;
  for (int look = 0; look < kLooksMax; ++look) {
    if (auto address = answering(store)) { return {*address, !ended}; }
    // Another command may have started one at the same time: then ours ends, and theirs is taken.
    if (const auto status = ended ? std::nullopt : status_if_ended(child)) {
      ended = WIFEXITED(*status) && WEXITSTATUS(*status) == kNoController;
      if (!ended) { report_end(*status, log_after(log, log_from), log); }
    }
    std::this_thread::sleep_for(kLook);
  }
  throw NoController(
      fmt::format("the controller was started, but does not answer: see {}, which "
                  "says: {}",
                  log.string(), log_after(log, log_from)));
}

std::optional<std::string> waiting_of(const fs::path& store) {
  const auto address = read_address(store);
  if (!address || !is_reachable(*address)) { return std::nullopt; }
  const auto answer = http::get(address->url + "/api/v1/controller", kWord_s, address->secret);
  const auto json = nlohmann::json::parse(answer.body, nullptr, false);
  if (!json.is_object() || !json.contains("waiting") || !json["waiting"].is_string()) {
    return std::nullopt;
  }
  return json["waiting"].get<std::string>();
}

nlohmann::ordered_json post_to(const Address& address, const std::string& path,
                               const nlohmann::json& body) {
  const auto response = http::post(address.url + path, body.dump(), address.secret);
  if (response.status == 0) {
    throw NoController(
        fmt::format("the controller at {} gives no answer: {}", address.url, response.error));
  }
  const auto json = nlohmann::ordered_json::parse(response.body, nullptr, false);
  if (response.status == 200 && json.is_object()) { return json; }
  const auto diagnostics = json.is_object() && json.contains("diagnostics")
                               ? diagnostics_of(json["diagnostics"])
                               : std::vector<Diagnostic>{};
  if (response.status == 400 && !diagnostics.empty()) { throw InputError(diagnostics); }
  const std::string why = diagnostics.empty() ? response.body : diagnostics[0].message;
  if (response.status == 404) { throw NotFound(why); }
  throw std::runtime_error(fmt::format("the controller answered {}: {}", response.status, why));
}

}  // namespace enigma::cli
