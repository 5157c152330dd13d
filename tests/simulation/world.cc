#include "tests/simulation/world.h"

#include "orchestrator/launch/again.h"
#include "orchestrator/starts/start.h"

#include <algorithm>
#include <stdexcept>

namespace enigma::simulation {

using decide::Observation;
using Phase = Job::Phase;

Job* World::find(const std::string& token) {
  const auto found =
      std::find_if(jobs.begin(), jobs.end(), [&](const Job& job) { return job.token == token; });
  return found == jobs.end() ? nullptr : &*found;
}

const Job* World::job(const std::string& token) const {
  const auto found =
      std::find_if(jobs.begin(), jobs.end(), [&](const Job& job) { return job.token == token; });
  return found == jobs.end() ? nullptr : &*found;
}

decide::SubmitAnswer World::submit(const decide::Submission& submission) {
  if (fault(options.submit_refused)) { return {false, "try later"}; }
  if (find(submission.token) != nullptr || fault(options.submit_lost)) { return {}; }
  add(submission, fault(options.submit_late));
  return {};
}

void World::add(const decide::Submission& submission, bool late) {
  Job job;
  job.run = submission.run;
  job.token = submission.token;
  job.slots = submission.slots;
  job.chain_left = options.chain - 1;
  job.launch_at = now + prng.between(0.0, 10.0);
  if (late) {
    job.launch_at = now + prng.between(0.0, 40.0);
    late_.push_back(job);
  } else {
    jobs.push_back(job);
  }
}

bool World::is_full() const {
  const auto there =
      std::ranges::count_if(jobs, [](const Job& job) { return job.phase != Phase::ended; });
  return options.jobs_max > 0 && there + std::ssize(late_) >= options.jobs_max;
}

// A scheduler takes an array whole, refuses it, or loses it on the way; a full queue takes a part.
std::vector<decide::SubmitAnswer> World::submit_all(
    const std::vector<decide::Submission>& submissions) {
  if (!options.scheduler) { return Executor::submit_all(submissions); }
  std::vector<decide::SubmitAnswer> answers(submissions.size());
  if (fault(options.submit_refused)) {
    std::ranges::fill(answers, decide::SubmitAnswer{false, "try later"});
    return answers;
  }
  const bool lost = fault(options.submit_lost), late = fault(options.submit_late);
  for (size_t i = 0; i < submissions.size(); ++i) {
    if (find(submissions[i].token) != nullptr || lost) { continue; }
    if (is_full()) {
      answers[i] = {false, "too many jobs", true};
    } else {
      add(submissions[i], late);
    }
  }
  return answers;
}

void World::look(const decide::Watch& watch, std::vector<Observation>& seen) {
  Job* job = find(watch.token);
  if (job == nullptr || is_hidden(*job)) { return; }
  // Of what is gone without a trace, the start that follows tells the end.
  const Job* next = find(token_of_start(submission_of(job->token), start_of(job->token) + 1));
  if (job->traceless && next == nullptr) { return; }
  job->end_told = job->phase == Phase::ended;
  if (job->phase == Phase::queued) { seen.push_back({job->run, job->token, decide::Waiting{}}); }
  if (job->phase == Phase::running) {
    seen.push_back({job->run, job->token, decide::Running{job->number, job->identity.job, {}}});
  }
  if (job->phase != Phase::ended) { return; }
  seen.push_back({job->run, job->token, job->exit});
  // It is told beside the end; its own end with the next look.
  if (next == nullptr || (next->phase == Phase::ended && next->number == 0)) { return; }
  if (next->phase == Phase::queued) {
    seen.push_back({next->run, next->token, decide::Waiting{}});
  } else {
    seen.push_back({next->run, next->token, decide::Running{next->number, {}, {}}});
  }
}

std::vector<Observation> World::observe(const std::vector<decide::Watch>& watches) {
  if (fault(options.empty_answer)) { blind_until_ = now + prng.between(0.0, 60.0); }
  std::vector<Observation> seen;
  if (faults && now < blind_until_) { return seen; }
  if (options.scheduler && fault(options.stale_answer)) { return answer_; }
  for (const decide::Watch& watch : watches) { look(watch, seen); }
  if (options.scheduler) {
    cancel_strays(watches);
    answer_ = seen;
  }
  return seen;
}

// Jobs that nobody has asked for three times are taken out of the queue.
void World::cancel_strays(const std::vector<decide::Watch>& watches) {
  for (Job& job : jobs) {
    const bool wanted = std::ranges::any_of(watches, [&](const decide::Watch& watch) {
      return submission_of(watch.token) == submission_of(job.token);
    });
    int& looks = stray_looks_[job.token];
    looks = wanted || job.phase == Phase::ended || is_hidden(job) ? 0 : looks + 1;
    if (looks >= 3) { cancel(job.run, job.token); }
  }
}

// What a site starts again by itself, and the next link of a chain. A launcher whose worker came to
// an end that would only repeat itself ends its chain.
void World::start_what_follows() {
  std::vector<Job> next;
  for (Job& job : jobs) {
    if (job.phase != Phase::ended || job.followed) { continue; }
    job.followed = true;
    launch::Exit exit;
    exit.code = job.exit.code;
    if (job.cancels > 0 || job.number == 0 || launch::ends_chain(exit)) { continue; }
    const bool requeued = fault(options.requeues);
    if (!requeued && job.chain_left == 0) { continue; }
    Job after;
    after.run = job.run;
    after.token = token_of_start(submission_of(job.token), start_of(job.token) + 1);
    after.slots = job.slots;
    after.chain_left = job.chain_left - (requeued ? 0 : 1);
    after.launch_at = now + prng.between(0.0, 20.0);
    next.push_back(after);
  }
  for (Job& job : next) { jobs.push_back(std::move(job)); }
}

void World::cancel(const std::string&, const std::string& token) {
  Job* job = find(token);
  if (job == nullptr || job->phase == Phase::ended || is_hidden(*job)) { return; }
  if (fault(options.cancel_lost)) { return; }
  ++job->cancels;
  if (job->phase == Phase::queued) {
    job->exit.signal = 15;
    job->phase = Phase::ended;
  } else if (job->hung || job->cancels > 3) {
    job->exit.signal = 9;
    job->phase = Phase::ended;
  } else if (!job->leaves_in && !fault(options.cancel_ignored)) {
    leave(*job, 75, static_cast<int>(prng.between(int64_t{0}, 2)));
  }
}

void World::mark(const std::string& run, const std::string& word) {
  if (fault(options.mark_fails)) { throw std::runtime_error("the mark cannot be written"); }
  folders[run].mark = word;
}

void World::unmark(const std::string& run) {
  folders[run].mark.clear();
}

void World::tick(double seconds) {
  now += seconds;
  for (const Job& job : late_) {
    if (now >= job.launch_at && find(job.token) == nullptr) { jobs.push_back(job); }
  }
  std::erase_if(late_, [&](const Job& job) { return now >= job.launch_at; });
  for (Job& job : jobs) {
    if (job.phase == Phase::queued && now >= job.launch_at) {
      launch(job);
    } else if (job.phase == Phase::running) {
      work(job);
    }
    if (options.http && job.phase != Phase::queued) { post(job); }
  }
  if (options.scheduler) { start_what_follows(); }
}

void World::calm_down() {
  faults = false;
  blind_until_ = 0;
  for (Job& job : jobs) { job.hidden_until = 0; }
}

std::vector<Message> World::arriving() {
  std::vector<Message> due;
  std::erase_if(network_, [&](const Message& message) {
    if (message.at > now) { return false; }
    due.push_back(message);
    return true;
  });
  for (size_t i = due.size(); i > 1; --i) {
    std::swap(due[i - 1], due[static_cast<size_t>(prng.next() % i)]);
  }
  return due;
}

void World::answer(const std::string& token, int status, const protocol::Answer& answer) {
  Job* job = find(token);
  if (job == nullptr || fault(options.answer_lost)) { return; }
  if (status == 409 && job->lives()) {
    job->exit.code = 76;
    job->phase = Phase::ended;
  }
  job->refused = job->refused || status == 400 || status == 413;
  if (status != 200) { return; }
  job->acked = std::max(job->acked, answer.ack);
  if (answer.command == protocol::Command::stop && job->lives() && !job->hung && !job->leaves_in) {
    leave(*job, 75, 1);
  }
}

std::string World::read_spool(const decide::SpoolSlice& slice) {
  Job* job = find(slice.token);
  if (job == nullptr || is_hidden(*job) || slice.number != job->number) { return ""; }
  const auto size = static_cast<int64_t>(job->spool.size());
  const int64_t seen = fault(options.spool_lags) ? prng.between(int64_t{0}, size) : size;
  job->visible = std::max(job->visible, seen);
  const auto there = static_cast<size_t>(std::max<int64_t>(job->visible - slice.offset, 0));
  const size_t count = std::min(slice.bytes_max, there);
  if (!job->read_out && count > 0) {
    job->shown = std::max(job->shown, slice.offset + static_cast<int64_t>(count));
  }
  job->read_out = job->read_out || (job->end_told && count < slice.bytes_max);
  return count == 0 ? "" : job->spool.substr(static_cast<size_t>(slice.offset), count);
}

}  // namespace enigma::simulation
