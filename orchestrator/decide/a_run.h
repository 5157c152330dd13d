// Builders for the tests of this room: a_run().submitted("t", 10).seen(11).told(…).
#pragma once

#include "orchestrator/decide/policy.h"
#include "orchestrator/decide/reception.h"
#include "orchestrator/decide/snapshot.h"
#include "orchestrator/decide/transition.h"

#include <string>
#include <utility>
#include <vector>

namespace enigma::decide::test {

inline protocol::Identity process(int64_t job) {
  return {job, 0, 0, 1000 + job};
}

inline protocol::Report report(int64_t seq, protocol::Body body, int64_t job = 1) {
  return {"a", process(job), seq, 50.0 + static_cast<double>(seq), std::move(body)};
}

inline protocol::Metrics at_step(int64_t step) {
  return {step, step, static_cast<double>(step), {}};
}
inline protocol::Eval eval_of(int64_t step) {
  return {step, "causal", "test", 1, 2, {}, {}, 3};
}
inline protocol::Checkpoint checkpoint_of(int64_t step) {
  return {step, "c", 1, "0"};
}

struct RunBuilder {
  db::Run run;
  Policy policy = default_policy();

  RunBuilder& submitted(const std::string& token, db::Time now) {
    run = on_action(run, Submit{run.id, token}, policy, now).run;
    return *this;
  }
  RunBuilder& sees(JobState state, db::Time now) {
    const std::string token = run.attempts.back().token;
    run = on_observation(run, {run.id, token, std::move(state)}, policy, now).run;
    return *this;
  }
  RunBuilder& sees_start(const std::string& token, JobState state, db::Time now) {
    run = on_observation(run, {run.id, token, std::move(state)}, policy, now).run;
    return *this;
  }
  RunBuilder& reports(const std::vector<protocol::Report>& reports, db::Time now) {
    run = receive(run, run.attempts.back().token, reports, now).delivery.run;
    return *this;
  }
  RunBuilder& asks(Request request, db::Time now) {
    run = on_request(run, request, now).run;
    return *this;
  }
};

/// Waiting, with a target of 10 steps.
inline RunBuilder a_run(const std::string& id = "a") {
  RunBuilder builder;
  builder.run.id = id;
  builder.run.target_step = 10;
  return builder;
}

inline Ended exit_with(int code) {
  Ended ended;
  ended.code = code;
  return ended;
}
inline Ended killed_by(int signal, bool memory_exhausted = false) {
  Ended ended;
  ended.signal = signal;
  ended.memory_exhausted = memory_exhausted;
  return ended;
}

}  // namespace enigma::decide::test
