#include "worker/reports/spool.h"

#include "worker/reports/post.h"

#include <doctest/doctest.h>

#include <fstream>
#include <unistd.h>

namespace fs = std::filesystem;
using namespace enigma;
using namespace enigma::worker;

TEST_CASE("spool: reports are numbered lines, read back in bounded pieces") {
  const fs::path folder = fs::temp_directory_path() / ("enigma-spool-" + std::to_string(getpid()));
  fs::create_directories(folder);
  Spool spool(folder, "run", {.job = 1});
  for (int64_t step = 1; step <= 3; ++step) {
    spool.append(protocol::Preempted{.step = step}, 10, step == 3);
  }
  const SpoolPiece all = read_spool(spool.path(), 0, 1 << 20);
  CHECK(all.last_seq == 3);
  CHECK(all.lines.size() == fs::file_size(spool.path()));
  const SpoolPiece first = read_spool(spool.path(), 0, 1);
  CHECK(first.last_seq == 1);
  const SpoolPiece rest =
      read_spool(spool.path(), static_cast<int64_t>(first.lines.size()), 1 << 20);
  CHECK(rest.last_seq == 3);
  CHECK(first.lines + rest.lines == all.lines);
  std::ofstream(spool.path(), std::ios::app) << "{\"torn";
  CHECK(read_spool(spool.path(), 0, 1 << 20).lines == all.lines);
  CHECK(read_spool(spool.path(), static_cast<int64_t>(all.lines.size()), 1 << 20).last_seq == 0);
  fs::remove_all(folder);
}

TEST_CASE("post: each answer of the contract has its consequence") {
  const PostDecision ok =
      decide_post({.status = 200, .body = R"({"ack": 7, "command": "checkpoint"})"}, 7, 0);
  CHECK(ok.advance);
  CHECK(ok.command == protocol::Command::checkpoint);
  CHECK_FALSE(
      decide_post({.status = 200, .body = R"({"ack": 6, "command": "none"})"}, 7, 0).advance);
  CHECK_FALSE(decide_post({.status = 200, .body = "<html>"}, 7, 0).advance);
  CHECK(decide_post({.status = 409}, 7, 0).fenced);
  CHECK(decide_post({.status = 400}, 7, 0).give_up);
  CHECK(decide_post({.status = 413}, 7, 0).smaller);
  CHECK(decide_post({.status = 429, .retry_after_s = 9}, 7, 0).wait_s == 9);
  CHECK(decide_post({.status = 503, .retry_after_s = 4}, 7, 0).wait_s == 4);
  for (const int status : {0, 401, 404, 500}) {
    const PostDecision later = decide_post({.status = status}, 7, 2);
    CHECK_FALSE((later.advance || later.fenced || later.give_up));
    CHECK(later.wait_s == 2);
    CHECK(decide_post({.status = status}, 7, 60).wait_s == 30);
  }
}
