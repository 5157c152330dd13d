// Reports of many workers at once: values a second that a controller on one core has made durable,
// and how long a worker waits for its acknowledgement. The clients have the other core.
// Every client posts again as soon as it is answered. What a post waits for is a synced commit, so
// that the disk decides: bars are judged where that is asked for, that nothing is lost always.
//   enigma_bench_ingest ENIGMA_SWEEP [SECONDS [CONNECTIONS [judge]]]
#include "db/store.h"
#include "files/temporary_folder.h"
#include "orchestrator/attempts/secret.h"
#include "orchestrator/serve/ownership.h"
#include "tests/bench/rates.h"

#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <sched.h>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace enigma;
namespace fs = std::filesystem;

namespace {

constexpr int64_t kLines = 50, kValues = 10;  // of a post
constexpr double kValuesBar = 100'000, kWaitBar_s = 0.1;

std::string run_named(int k) {
  return fmt::format("{:016x}", k + 1);
}
std::string token_of(int k) {
  return fmt::format("bench.{}", k);
}

/// Runs at work, as a controller that has died would have left them.
void fill(const fs::path& folder, int runs) {
  db::Store store = db::Store::open(folder / "runs.db");
  std::vector<db::NewPoint> points(static_cast<size_t>(runs));
  for (int k = 0; k < runs; ++k) {
    db::NewPoint& point = points[static_cast<size_t>(k)];
    point.id = run_named(k);
    point.point = point.point_file = point.values = point.plan = "{}";
    point.placement = R"({"data": "/data", "worker": "/worker"})";
    point.target_step = int64_t{1} << 40;
  }
  const double now = static_cast<double>(::time(nullptr));
  store.submit_sweep("bench", "{}", points, now);
  std::vector<db::Run> begun = store.load();
  for (int k = 0; k < runs; ++k) {
    db::Run& run = begun[static_cast<size_t>(k)];
    run.state = db::State::running;
    db::Attempt& attempt = run.attempts.emplace_back();
    attempt.token = token_of(k);
    attempt.executor = "local";
    attempt.submitted_at = attempt.tried_at = now;
  }
  store.save(begun, {});
}

void take_core(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  ::sched_setaffinity(0, sizeof cores, &cores);
}

pid_t start_controller(const std::string& program, const fs::path& folder, int slots) {
  const pid_t child = ::fork();
  if (child != 0) { return child; }
  take_core(0);
  const std::string count = std::to_string(slots);
  std::freopen("/dev/null", "w", stdout);
  ::execl(program.c_str(), program.c_str(), "serve", "--store", folder.c_str(), "--slots",
          count.c_str(), nullptr);
  std::_Exit(127);
}

/// One worker's connection.
class Client {
 public:
  Client(uint16_t port, std::string run, std::string bearer)
      : run_(std::move(run)),
        bearer_(std::move(bearer)),
        socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0) {
      throw std::runtime_error("the controller takes no connection");
    }
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    host_ = fmt::format("127.0.0.1:{}", port);
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Posts the next lines; whether all of them are acknowledged.
  bool post() {
    std::string body;
    for (int64_t i = 0; i < kLines; ++i) { body += line(++seq_); }
    send(fmt::format("POST /v1/report HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n"
                     "Content-Type: application/x-ndjson\r\nContent-Length: {}\r\n\r\n",
                     host_, bearer_, body.size()) +
         body);
    return answer().find(fmt::format("\"ack\":{}", seq_)) != std::string::npos;
  }
  int64_t seq() const { return seq_; }

 private:
  std::string line(int64_t seq) const {
    std::string values;
    for (int64_t v = 0; v < kValues; ++v) {
      values += fmt::format("{}\"value_{}\":{:.6f}", v == 0 ? "" : ",", v,
                            1.0 / static_cast<double>(seq + v));
    }
    return fmt::format(
        "{{\"run\":\"{}\",\"attempt\":{{\"job\":1,\"index\":0,\"restart\":0,\"start_ns\":1}},"
        "\"seq\":{},"
        "\"at\":{},\"kind\":\"metrics\",\"step\":{},\"windows\":{},\"flops\":{},\"values\":{{{}}}}}"
        "\n",
        run_, seq, 1e9 + static_cast<double>(seq), seq, seq, seq, values);
  }
  void send(const std::string& bytes) const {
    for (size_t done = 0; done < bytes.size();) {
      const ssize_t now = ::send(socket_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
      if (now <= 0) { throw std::runtime_error("the controller has closed a connection"); }
      done += static_cast<size_t>(now);
    }
  }
  // Answers are short, and one at a time.
  std::string answer() const {
    std::string text;
    char part[4096];
    while (text.find("\"command\"") == std::string::npos &&
           text.find("diagnostics") == std::string::npos) {
      const ssize_t now = ::recv(socket_, part, sizeof part, 0);
      if (now <= 0) { throw std::runtime_error("no answer: " + text); }
      text.append(part, static_cast<size_t>(now));
    }
    return text;
  }

  std::string run_, bearer_, host_;
  int socket_;
  int64_t seq_ = 0;
};

double cpu_s(pid_t pid) {
  std::ifstream stat(fmt::format("/proc/{}/stat", pid));
  std::string text((std::istreambuf_iterator<char>(stat)), {});
  text = text.substr(text.rfind(')') + 2);
  long user = 0, system = 0;
  std::sscanf(text.c_str(), "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user, &system);
  return static_cast<double>(user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

struct Result {
  int64_t lines = 0, refused = 0;
  double seconds = 0, cpu = 0;
  std::vector<double> waits_s;
};

Result drive(const Address& address, const std::string& secret, pid_t controller, int connections,
             double seconds) {
  const auto port =
      static_cast<uint16_t>(std::stoi(address.url.substr(address.url.rfind(':') + 1)));
  std::vector<std::thread> threads;
  std::vector<Result> results(static_cast<size_t>(connections));
  const double cpu_before = cpu_s(controller), begin = bench::now_s();
  for (int k = 0; k < connections; ++k) {
    threads.emplace_back([&, k] {
      Result& mine = results[static_cast<size_t>(k)];
      Client client(port, run_named(k), attempts::bearer_of(secret, token_of(k)));
      while (bench::now_s() - begin < seconds) {
        const double asked = bench::now_s();
        if (!client.post()) { ++mine.refused; }
        mine.waits_s.push_back(bench::now_s() - asked);
      }
      mine.lines = client.seq();
    });
  }
  for (std::thread& thread : threads) { thread.join(); }
  Result all;
  all.seconds = bench::now_s() - begin;
  all.cpu = cpu_s(controller) - cpu_before;
  for (const Result& one : results) {
    all.lines += one.lines;
    all.refused += one.refused;
    all.waits_s.insert(all.waits_s.end(), one.waits_s.begin(), one.waits_s.end());
  }
  std::sort(all.waits_s.begin(), all.waits_s.end());
  return all;
}

std::optional<Address> address_of(const fs::path& folder) {
  for (const double begin = bench::now_s(); bench::now_s() - begin < 20;) {
    if (auto address = read_address(folder)) { return address; }
    ::usleep(20'000);
  }
  return std::nullopt;
}

int64_t rows_of(const fs::path& folder, int runs) {
  const db::Store store = db::Store::open(folder / "runs.db");
  int64_t rows = 0;
  for (int k = 0; k < runs; ++k) { rows += std::ssize(store.metrics(run_named(k), true)); }
  return rows;
}

bool bar(const char* what, double value, double limit, bool is_least, const char* unit) {
  const bool missed = is_least ? value < limit : value > limit;
  const bool failed = is_least ? value < limit / 2 : value > 2 * limit;
  fmt::print("{} ingest: {}: {:.4g} {} (bar {:g}{})\n", failed ? "FAIL" : "PASS", what, value, unit,
             limit, missed ? ", missed" : "");
  return !failed;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) { return 2; }
  const double seconds = argc > 2 ? std::atof(argv[2]) : 10;
  const int connections = argc > 3 ? std::atoi(argv[3]) : 64;
  if (std::thread::hardware_concurrency() < 2) {
    fmt::print("SKIP ingest: one core cannot hold both sides\n");
    return 0;
  }
  const TemporaryFolder folder;
  fill(folder.path(), connections);
  const std::string secret = attempts::secret_of_store(folder.path());
  const pid_t controller = start_controller(argv[1], folder.path(), connections);
  take_core(1);
  const auto address = address_of(folder.path());
  if (!address) {
    fmt::print("FAIL ingest: the controller does not start\n");
    return 1;
  }
  const Result all = drive(*address, secret, controller, connections, seconds);
  ::kill(controller, SIGKILL);
  ::waitpid(controller, nullptr, 0);
  const double values = static_cast<double>(all.lines * kValues) / all.seconds;
  const double p99 = all.waits_s[all.waits_s.size() * 99 / 100];
  fmt::print(
      "{} connections, {} values a post, {:.1f} s: {} lines, controller {:.2f} of a core, "
      "median wait {:.1f} ms\n",
      connections, kLines * kValues, all.seconds, all.lines, all.cpu / all.seconds,
      1e3 * all.waits_s[all.waits_s.size() / 2]);
  fmt::print(
      "{:.4g} values/s made durable (bar {:g}), p99 of the acknowledgement {:.4g} s (bar {:g})\n",
      values, kValuesBar, p99, kWaitBar_s);
  bool good = true;
  if (argc > 4 && std::string(argv[4]) == "judge") {
    good = bar("values made durable", values, kValuesBar, true, "/s");
    good &= bar("p99 of the acknowledgement", p99, kWaitBar_s, false, "s");
  }
  const int64_t rows = rows_of(folder.path(), connections);
  const bool whole = all.refused == 0 && rows == all.lines;
  fmt::print("{} ingest: {} of {} acknowledged lines are there after SIGKILL, {} posts refused\n",
             whole ? "PASS" : "FAIL", rows, all.lines, all.refused);
  return good && whole ? 0 : 1;
}
