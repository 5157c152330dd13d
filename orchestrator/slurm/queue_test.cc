#include "orchestrator/slurm/queue.h"

#include <doctest/doctest.h>

namespace enigma::slurm {
namespace {

JobRecord job(const std::string& id, int64_t index, Phase phase, const char* name = "enigma-ab") {
  return {id, name, index, phase, "", 0, "", ""};
}

Queue a_queue() {
  return Queue([](const std::string& base) { return base == "ab"; });
}

const TaskName kTask{"ab", 0};

TEST_CASE("jobs of other stores and of nobody are passed over") {
  Queue queue = a_queue();
  queue.take({{job("1_0", 0, Phase::waiting), job("2_0", 0, Phase::waiting, "enigma-cd"),
               job("3", 0, Phase::running, "wrap")}});
  CHECK(queue.has(kTask));
  CHECK_FALSE(queue.has({"cd", 0}));
  CHECK(queue.live_ids(kTask) == std::vector<std::string>{"1_0"});
}

// T9: an empty or failed answer is unknown, never gone.
TEST_CASE("answers that lack a job are counted, failed ones are not") {
  Queue queue = a_queue();
  queue.take({{job("1_0", 0, Phase::running)}});
  queue.take(std::nullopt);
  CHECK_FALSE(queue.has_answer());
  CHECK(queue.job_of(kTask, "1_0")->misses == 0);
  CHECK(queue.missing().empty());
  queue.take(std::vector<JobRecord>{});
  CHECK(queue.has_answer());
  CHECK(queue.job_of(kTask, "1_0")->misses == 1);
  CHECK(queue.missing() == std::vector<std::string>{"1_0"});
  queue.take({{job("1_0", 0, Phase::running)}});
  CHECK(queue.job_of(kTask, "1_0")->misses == 0);
}

// T19: records leave the scheduler.
TEST_CASE("accounting tells the end of a job that the queue has forgotten, and only its end") {
  Queue queue = a_queue();
  queue.take({{job("1_0", 0, Phase::running), job("1_1", 1, Phase::running)}});
  queue.take(std::vector<JobRecord>{});
  queue.take_accounting({job("1_0", 0, Phase::node_failure, "as accounting calls it"),
                         job("1_1", 1, Phase::running), job("9_9", 9, Phase::failed)});
  CHECK(queue.job_of(kTask, "1_0")->record.phase == Phase::node_failure);
  CHECK(queue.job_of(kTask, "1_0")->record.name == "enigma-ab");
  CHECK(queue.missing() == std::vector<std::string>{"1_1"});
  CHECK_FALSE(queue.has({"ab", 9}));
}

TEST_CASE("of a chain, the job at work is ahead, else the first that waits") {
  Queue queue = a_queue();
  queue.take({{job("1_0", 0, Phase::completed), job("2_0", 0, Phase::waiting),
               job("3_0", 0, Phase::waiting)}});
  CHECK(queue.job_ahead(kTask, "")->record.id == "2_0");
  CHECK(queue.job_ahead(kTask, "2_0")->record.id == "3_0");
  CHECK(queue.job_of(kTask, "")->record.id == "2_0");
  queue.take({{job("2_0", 0, Phase::waiting), job("3_0", 0, Phase::running)}});
  CHECK(queue.job_ahead(kTask, "")->record.id == "3_0");
  CHECK(queue.job_of(kTask, "8_0") == nullptr);
}

TEST_CASE("a job that nobody asks for is a stray once answers have shown it again and again") {
  Queue queue = a_queue();
  for (int answer = 1; answer <= kMissesMax; ++answer) {
    queue.take({{job("1_0", 0, Phase::running)}});
    CHECK(queue.strays({kTask}).empty());
  }
  for (int answer = 1; answer < kMissesMax; ++answer) { CHECK(queue.strays({}).empty()); }
  CHECK(queue.strays({}) == std::vector<std::string>{"1_0"});
}

TEST_CASE("what is over is forgotten when nobody asks for it") {
  Queue queue = a_queue();
  queue.take({{job("1_0", 0, Phase::completed), job("1_1", 1, Phase::running)}});
  queue.forget({kTask});
  CHECK(queue.has(kTask));
  queue.forget({});
  CHECK_FALSE(queue.has(kTask));
  CHECK(queue.has({"ab", 1}));
  for (int answer = 1; answer <= kMissesMax; ++answer) { queue.take(std::vector<JobRecord>{}); }
  queue.forget({});
  CHECK(queue.is_empty());
}

}  // namespace
}  // namespace enigma::slurm
