#include "worker/spool.h"

#include "worker/post.h"

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
  const PostDecision ok = decide_post({200, R"({"ack": 7, "command": "checkpoint"})", 0}, 7, 0);
  CHECK(ok.advance);
  CHECK(ok.command == protocol::Command::checkpoint);
  CHECK_FALSE(decide_post({200, R"({"ack": 6, "command": "none"})", 0}, 7, 0).advance);
  CHECK_FALSE(decide_post({200, "<html>", 0}, 7, 0).advance);
  CHECK(decide_post({409, "", 0}, 7, 0).fenced);
  CHECK(decide_post({400, "", 0}, 7, 0).give_up);
  CHECK(decide_post({413, "", 0}, 7, 0).smaller);
  CHECK(decide_post({429, "", 9}, 7, 0).wait_s == 9);
  CHECK(decide_post({503, "", 4}, 7, 0).wait_s == 4);
  for (long status : {0L, 401L, 404L, 500L}) {
    const PostDecision later = decide_post({status, "", 0}, 7, 2);
    CHECK_FALSE((later.advance || later.fenced || later.give_up));
    CHECK(later.wait_s == 2);
    CHECK(decide_post({status, "", 0}, 7, 60).wait_s == 30);
  }
}
